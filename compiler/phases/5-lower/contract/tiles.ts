/** Tile shapes and block sizes: measured per flavour, chosen per contraction. */
import type { Target } from "../../../pass.ts";

export interface TileTable {
  /** Largest tile of accumulators: rows, and vectors of four columns. */
  readonly rows: number;
  readonly vectors: number;
  /** Steps of depth per round of the micro-kernel. */
  readonly unroll: number;
  /** Largest block of depth: a panel of the right operand stays in the first-level cache. */
  readonly depthBlock: number;
  /** Largest block of columns: the packed right operand stays in the second-level cache. */
  readonly columnBlock: number;
  /** Elements of the left operand that are prepared at a time when it is not read in place. */
  readonly leftElements: number;
  /** With at most this many rows the right operand is read in place where it can be. */
  readonly rowsInPlace: number;
}

/** Measured with Node 24 on x86 (test/bench/gemm.ts). More than 12 accumulators spill there, 8 without fusion. */
export const tileTables: Readonly<Record<Target, TileTable>> = {
  relaxed: { rows: 6, vectors: 2, unroll: 4, depthBlock: 512, columnBlock: 512, leftElements: 32768, rowsInPlace: 24 },
  simd128: { rows: 5, vectors: 2, unroll: 4, depthBlock: 512, columnBlock: 512, leftElements: 32768, rowsInPlace: 24 },
};

/** Few rows get wider tiles, so that enough independent sums are in flight. */
export function vectorsFor(rows: number, table: TileTable): number {
  if (rows === 1) return Math.max(8, table.vectors);
  if (rows === 2) return Math.max(4, table.vectors);
  return table.vectors;
}

export interface Blocks {
  readonly size: number;
  readonly count: number;
  /** Size of the one after `count` blocks; may be 0. */
  readonly rest: number;
}

/** As many blocks as `most` requires, all of about the same size, a multiple of `multiple`. */
export function evenBlocks(total: number, most: number, multiple: number): Blocks {
  const parts = Math.ceil(total / Math.max(most, multiple));
  const size = Math.min(total, Math.ceil(total / parts / multiple) * multiple);
  const count = Math.floor(total / size);
  return { size, count, rest: total - count * size };
}

export interface Strip {
  readonly start: number;
  readonly height: number;
  readonly count: number;
}

/** Rows in strips of at most `most`, of at most two heights that differ by one. */
export function stripsOf(rows: number, most: number): Strip[] {
  const parts = Math.ceil(rows / most);
  const low = Math.floor(rows / parts);
  const tall = rows - low * parts;
  const strips = [
    { start: 0, height: low + 1, count: tall },
    { start: tall * (low + 1), height: low, count: parts - tall },
  ];
  return strips.filter((strip) => strip.count > 0);
}

export interface Panels {
  /** Columns of a full panel, and how many there are. */
  readonly width: number;
  readonly full: number;
  /** Columns behind the full panels that exist, and the width of the tile that covers them. */
  readonly rest: number;
  readonly restWidth: number;
}

export function panelsOf(columns: number, vectors: number): Panels {
  const width = 4 * vectors;
  const full = Math.floor(columns / width);
  const rest = columns - full * width;
  return { width, full, rest, restWidth: Math.ceil(rest / 4) * 4 };
}
