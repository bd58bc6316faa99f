/** Names the passes that can be switched off, and times them. */

export interface Timing {
  readonly pass: string;
  readonly milliseconds: number;
}

/** The two flavours of code: `simd128` promises the same bytes everywhere, `relaxed` may fuse multiply and add. */
export type Target = "simd128" | "relaxed";
