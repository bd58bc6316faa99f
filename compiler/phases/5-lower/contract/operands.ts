/**
 * The two operands of a contraction, as micro-kernels want them: read where they lie if their strides allow, otherwise
 * evaluated (with everything fused into them) into scratch, the left one as rows or as columns of its block, the right
 * one as panels of the tile's width.
 */
import { affineConstant, affineOf, affineShift, coefficientOf } from "../../../ir/affine.ts";
import type { Expression, LoopIndex, Place, Statement, Variable } from "../../../ir/loop.ts";
import { widen } from "../../../ir/loop-lanes.ts";
import type { Fused } from "../../../ir/schedule.ts";
import { combine, counter, indexAt, loopOver, lowerAt, moved, type Frame, type Position } from "./frame.ts";
import type { MicroShape } from "./micro.ts";
import { indicesOf, type Axis, type Contraction } from "./normalize.ts";
import type { Panels } from "./tiles.ts";

export interface PlacedLeft {
  readonly layout: MicroShape["left"];
  readonly stride: number;
  /** Where the strip starts that is `row` rows into the block. */
  place(row: LoopIndex): Place;
}

type PlainLoad = Extract<Fused, { kind: "load" }>;

function isPlainLoad(node: Fused): node is PlainLoad {
  return node.kind === "load" && node.dtype === "f32";
}

function consecutive(node: Fused, axis: Axis): number {
  return indicesOf([node]).filter((index) => coefficientOf(index, axis.id) === 1).length;
}

/** Layout and stride of the left operand where it lies, if a micro-kernel can read it there. */
export function leftInPlace(contraction: Contraction): Omit<PlacedLeft, "place"> | undefined {
  const { left, row, depth } = contraction;
  if (!isPlainLoad(left) || depth.length > 1) return undefined;
  const rowStride = coefficientOf(left.index, row.id);
  const depthStride = coefficientOf(left.index, depth[0]!.id);
  if (depthStride === 1 || depth[0]!.extent === 1) return { layout: "rowwise", stride: rowStride };
  if (rowStride === 1 || row.extent === 1) return { layout: "depthwise", stride: depthStride };
  return undefined;
}

export function placeLeft(frame: Frame, contraction: Contraction, position: Position): PlacedLeft["place"] {
  const { left, row } = contraction;
  const load = left as PlainLoad;
  const start = position.get(row.id) ?? affineConstant(0);
  return (offset) => ({
    base: frame.region(load.buffer),
    index: indexAt(load.index, moved(position, row.id, combine(0, [start, 1], [offset, 1]))),
    bytes: 4,
  });
}

/** Loops over all depth axes of a block: the position, and how deep it is inside the block. */
export function overDepth(
  contraction: Contraction,
  position: Position,
  outerCount: number,
  body: (position: Position, depth: LoopIndex, inner: Axis) => readonly Statement[],
): readonly Statement[] {
  const { depth } = contraction;
  const inner = depth.at(-1)!;
  const nest = (at: number, current: Position, index: LoopIndex): readonly Statement[] => {
    if (at === depth.length - 1) return body(current, index, inner);
    const axis = depth[at]!;
    const below = depth.slice(at + 1).reduce((product, other) => product * other.extent, 1);
    const start = current.get(axis.id) ?? affineConstant(0);
    return loopOver(`d${at}`, at === 0 ? outerCount : axis.extent, (step) =>
      nest(at + 1, moved(current, axis.id, combine(0, [start, 1], [step, 1])), combine(0, [index, 1], [step, below])),
    );
  };
  return nest(0, position, affineConstant(0));
}

export interface BlockSize {
  /** Steps of the outermost depth axis, and of the whole depth. */
  readonly outerDepth: number;
  readonly depth: number;
}

/** Evaluates a block of the left operand into scratch at `at`. */
export function packLeft(
  frame: Frame,
  contraction: Contraction,
  position: Position,
  rows: number,
  block: BlockSize,
  at: number,
): { readonly statements: readonly Statement[]; readonly placed: PlacedLeft } {
  const { left, row, depth } = contraction;
  const inner = depth.at(-1)!;
  const rowwise = consecutive(left, inner) >= consecutive(left, row);
  const [rowStride, depthStride] = rowwise ? [block.depth, 1] : [1, rows];
  const start = position.get(row.id) ?? affineConstant(0);
  const store = (current: Position, rowAt: LoopIndex, depthAt: LoopIndex): readonly Statement[] => {
    const { statements, values } = lowerAt(frame, [left], moved(current, row.id, combine(0, [start, 1], [rowAt, 1])));
    return [...statements, storeScratch(frame, combine(at, [rowAt, rowStride], [depthAt, depthStride]), values[0]!)];
  };
  const alongDepth = (
    current: Position,
    depthAt: LoopIndex,
    rowAt: LoopIndex,
    vectorize: boolean,
  ): readonly Statement[] =>
    innerDepth(
      contraction,
      current,
      block,
      (step, next) => store(next, rowAt, combine(0, [depthAt, 1], [step, 1])),
      vectorize,
    );
  const statements = rowwise
    ? loopOver("r", rows, (rowAt) =>
        overDepth(contraction, position, block.outerDepth, (current, depthAt) =>
          alongDepth(current, depthAt, rowAt, true),
        ),
      )
    : overDepth(contraction, position, block.outerDepth, (current, depthAt) =>
        innerDepth(contraction, current, block, (step, next) =>
          loopOver("r", rows, (rowAt) => store(next, rowAt, combine(0, [depthAt, 1], [step, 1])), { vectorize: true }),
        ),
      );
  return {
    statements,
    placed: {
      layout: rowwise ? "rowwise" : "depthwise",
      stride: rowwise ? block.depth : rows,
      place: (offset) => ({ base: frame.scratch, index: combine(at, [offset, rowStride]), bytes: 4 }),
    },
  };
}

/** The loop over the innermost depth axis of a block. */
function innerDepth(
  contraction: Contraction,
  position: Position,
  block: BlockSize,
  body: (step: LoopIndex, position: Position) => readonly Statement[],
  vectorize = false,
): readonly Statement[] {
  const inner = contraction.depth.at(-1)!;
  const start = position.get(inner.id) ?? affineConstant(0);
  const extent = innerExtent(contraction, block);
  return loopOver("k", extent, (step) => body(step, moved(position, inner.id, combine(0, [start, 1], [step, 1]))), {
    vectorize,
  });
}

function innerExtent(contraction: Contraction, block: BlockSize): number {
  return contraction.depth.length === 1 ? block.outerDepth : contraction.depth.at(-1)!.extent;
}

function storeScratch(frame: Frame, index: LoopIndex, value: Expression): Statement {
  return { kind: "store", base: frame.scratch, index, dtype: "f32", lanes: 1, value };
}

export interface PlacedRight {
  readonly stride: number;
  place(firstColumn: LoopIndex): Place;
}

/** The right operand where it lies, if its columns are consecutive there. */
export function rightInPlace(frame: Frame, contraction: Contraction, position: Position): PlacedRight | undefined {
  const { right, column, depth } = contraction;
  if (!isPlainLoad(right) || depth.length > 1) return undefined;
  if (coefficientOf(right.index, column.id) !== 1) return undefined;
  const start = position.get(column.id) ?? affineConstant(0);
  return {
    stride: coefficientOf(right.index, depth[0]!.id),
    place: (first) => ({
      base: frame.region(right.buffer),
      index: indexAt(right.index, moved(position, column.id, combine(0, [start, 1], [first, 1]))),
      bytes: 4,
    }),
  };
}

/** Evaluates panels of `width` columns from `first` on, of which `valid` exist in each, to scratch at `at`. */
export function packPanels(
  frame: Frame,
  contraction: Contraction,
  position: Position,
  block: BlockSize,
  panels: { readonly first: number; readonly count: number; readonly width: number; readonly valid: number },
  at: number,
): readonly Statement[] {
  const { right, column, depth } = contraction;
  const start = position.get(column.id) ?? affineConstant(0);
  const transposed = consecutive(right, depth.at(-1)!) > consecutive(right, column);
  return loopOver("panel", panels.count, (panel) => {
    const target = combine(at, [panel, block.depth * panels.width]);
    const columnAt = (offset: LoopIndex): LoopIndex =>
      combine(panels.first, [start, 1], [panel, panels.width], [offset, 1]);
    const store = (current: Position, depthAt: LoopIndex, offset: LoopIndex): readonly Statement[] => {
      const { statements, values } = lowerAt(frame, [right], moved(current, column.id, columnAt(offset)));
      return [
        ...statements,
        storeScratch(frame, combine(0, [target, 1], [depthAt, panels.width], [offset, 1]), values[0]!),
      ];
    };
    return overDepth(contraction, position, block.outerDepth, (current, depthAt) => {
      if (transposed) {
        const quads = Math.floor(panels.valid / 4) * 4;
        const extent = innerExtent(contraction, block);
        const deep = Math.floor(extent / 4) * 4;
        return [
          ...transposeQuads({
            frame,
            contraction,
            current,
            depthAt,
            columnAt,
            target,
            width: panels.width,
            quads,
            deep,
          }),
          ...innerRest(contraction, current, deep, extent, (step, next) =>
            loopOver("c", quads, (offset) => store(next, combine(0, [depthAt, 1], [step, 1]), offset)),
          ),
          ...loopOver("c", panels.valid - quads, (offset) =>
            innerDepth(contraction, current, block, (step, next) =>
              store(next, combine(0, [depthAt, 1], [step, 1]), affineShift(offset, quads)),
            ),
          ),
        ];
      }
      return innerDepth(contraction, current, block, (step, next) =>
        loopOver("c", panels.valid, (offset) => store(next, combine(0, [depthAt, 1], [step, 1]), offset), {
          vectorize: true,
        }),
      );
    });
  });
}

/** The last few steps of the innermost depth axis. */
function innerRest(
  contraction: Contraction,
  position: Position,
  from: number,
  to: number,
  body: (step: LoopIndex, position: Position) => readonly Statement[],
): readonly Statement[] {
  const inner = contraction.depth.at(-1)!;
  const start = position.get(inner.id) ?? affineConstant(0);
  return loopOver("k", to - from, (offset) => {
    const step = affineShift(offset, from);
    return body(step, moved(position, inner.id, combine(0, [start, 1], [step, 1])));
  });
}

interface Quads {
  readonly frame: Frame;
  readonly contraction: Contraction;
  readonly current: Position;
  readonly depthAt: LoopIndex;
  columnAt(offset: LoopIndex): LoopIndex;
  readonly target: LoopIndex;
  readonly width: number;
  /** Columns and steps of depth, multiples of four. */
  readonly quads: number;
  readonly deep: number;
}

/** Four columns are evaluated along depth, four steps at a time, and transposed into rows of the panel. */
function transposeQuads(quads: Quads): readonly Statement[] {
  const { frame, contraction, current, depthAt, columnAt, target, width } = quads;
  const inner = contraction.depth.at(-1)!;
  const start = current.get(inner.id) ?? affineConstant(0);
  return forSteps("k4", quads.deep, (step, variable) =>
    forSteps("c4", quads.quads, (offset) => {
      const statements: Statement[] = [];
      const lanes = [0, 1, 2, 3].map((lane): Expression => {
        const at = moved(current, contraction.column.id, columnAt(affineShift(offset, lane)));
        const lowered = lowerAt(frame, [contraction.right], moved(at, inner.id, combine(0, [start, 1], [step, 1])));
        const varying = new Set<Variable>();
        const widening = { variable, varies: (other: Variable) => varying.has(other) };
        for (const statement of lowered.statements) {
          if (statement.kind !== "assign") continue;
          varying.add(statement.variable);
          statements.push({ ...statement, value: widen(statement.value, widening) });
        }
        return keep(statements, `column${lane}`, widen(lowered.values[0]!, widening));
      });
      const rows = transpose(statements, lanes);
      const row = (at: number): LoopIndex =>
        combine(at * width, [target, 1], [depthAt, width], [step, width], [offset, 1]);
      rows.forEach((value, at) =>
        statements.push({ kind: "store", base: frame.scratch, index: row(at), dtype: "f32", lanes: 4, value }),
      );
      return statements;
    }),
  );
}

/** A loop in steps of four that stays a loop even for one trip: its variable is what lanes count along. */
function forSteps(
  name: string,
  to: number,
  body: (index: LoopIndex, variable: Variable) => readonly Statement[],
): readonly Statement[] {
  if (to === 0) return [];
  const variable = counter(name);
  const inner = body(affineOf(variable), variable);
  return [{ kind: "for", variable, from: affineConstant(0), to: affineConstant(to), step: 4, body: inner }];
}

function keep(statements: Statement[], name: string, value: Expression): Expression {
  const variable: Variable = { name, type: "f32" };
  statements.push({ kind: "assign", variable, value });
  return { kind: "variable", variable };
}

function transpose(statements: Statement[], columns: readonly Expression[]): Expression[] {
  const [a, b, c, d] = columns as [Expression, Expression, Expression, Expression];
  const shuffle = (left: Expression, right: Expression, lanes: readonly number[]): Expression => ({
    kind: "shuffle",
    a: left,
    b: right,
    lanes,
  });
  const low = keep(statements, "ab_low", shuffle(a, b, [0, 4, 1, 5]));
  const high = keep(statements, "ab_high", shuffle(a, b, [2, 6, 3, 7]));
  const lowRight = keep(statements, "cd_low", shuffle(c, d, [0, 4, 1, 5]));
  const highRight = keep(statements, "cd_high", shuffle(c, d, [2, 6, 3, 7]));
  return [
    shuffle(low, lowRight, [0, 1, 4, 5]),
    shuffle(low, lowRight, [2, 3, 6, 7]),
    shuffle(high, highRight, [0, 1, 4, 5]),
    shuffle(high, highRight, [2, 3, 6, 7]),
  ];
}

export type { Panels };
