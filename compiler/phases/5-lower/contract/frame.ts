/**
 * What the pieces of one contraction share while it is lowered: regions of buffers, room in scratch, loop variables,
 * and where each axis stands at the current point of the nest.
 */
import { affineAdd, affineConstant, affineOf, affineScale, affineSubstitute } from "../../../ir/affine.ts";
import type { Expression, LoopIndex, Region, Statement, Variable } from "../../../ir/loop.ts";
import type { AxisId, AxisIndex, Buffer, Fused } from "../../../ir/schedule.ts";
import { lowerFused, type LoweredFused } from "../fused.ts";

export type Position = ReadonlyMap<AxisId, LoopIndex>;

export interface Frame {
  readonly scratch: Region;
  region(buffer: Buffer): Region;
  /** Reserves room for floats in scratch and gives its first element. */
  reserve(elements: number): number;
  readonly regions: ReadonlyMap<Buffer, Region>;
  scratchElements(): number;
}

export function createFrame(): Frame {
  const regions = new Map<Buffer, Region>();
  let used = 0;
  return {
    scratch: { name: "scratch" },
    regions,
    region: (buffer) => {
      const known = regions.get(buffer);
      if (known !== undefined) return known;
      const region: Region = { name: buffer.name };
      regions.set(buffer, region);
      return region;
    },
    reserve: (elements) => {
      const start = used;
      used += Math.ceil(elements / 16) * 16;
      return start;
    },
    scratchElements: () => used,
  };
}

/** An index over axes at a position; axes that are not in the position stand at 0. */
export function indexAt(index: AxisIndex, position: Position): LoopIndex {
  return affineSubstitute(index, (axis) => position.get(axis) ?? affineConstant(0));
}

export function lowerAt(frame: Frame, roots: readonly Fused[], position: Position, reduced?: Expression): LoweredFused {
  return lowerFused(roots, {
    index: (index) => indexAt(index, position),
    region: (buffer) => frame.region(buffer),
    reduced: () => {
      if (reduced === undefined) throw new Error("lower: a contraction's operand reads its own result");
      return reduced;
    },
  });
}

export function moved(position: Position, axis: AxisId, index: LoopIndex): Position {
  return new Map(position).set(axis, index);
}

export function counter(name: string): Variable {
  return { name, type: "index" };
}

/** Sum of scaled indices and a constant. */
export function combine(constant: number, ...terms: readonly (readonly [LoopIndex, number])[]): LoopIndex {
  return terms.reduce<LoopIndex>(
    (sum, [index, factor]) => affineAdd(sum, affineScale(index, factor)),
    affineConstant(constant),
  );
}

export interface LoopOptions {
  readonly step?: number;
  readonly vectorize?: boolean;
  readonly unroll?: number;
}

/** `for name in 0..to`; a single trip becomes the body alone. */
export function loopOver(
  name: string,
  to: number,
  body: (index: LoopIndex) => readonly Statement[],
  options: LoopOptions = {},
): readonly Statement[] {
  const { step = 1, ...flags } = options;
  if (to <= 0) return [];
  if (to <= step) return body(affineConstant(0));
  const variable = counter(name);
  const inner = body(affineOf(variable));
  return [{ kind: "for", variable, from: affineConstant(0), to: affineConstant(to), step, body: inner, ...flags }];
}

/** Blocks of an extent: a loop over equal ones and a shorter last one. */
export function loopBlocks(
  name: string,
  blocks: { readonly size: number; readonly count: number; readonly rest: number },
  body: (start: LoopIndex, size: number) => readonly Statement[],
): readonly Statement[] {
  const { size, count, rest } = blocks;
  const loop = loopOver(name, count * size, (start) => body(start, size), { step: size });
  return rest === 0 ? loop : [...loop, ...body(affineConstant(count * size), rest)];
}
