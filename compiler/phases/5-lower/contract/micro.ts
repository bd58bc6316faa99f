/**
 * Micro-kernels: a tile of the product in registers. They are functions of their own with strides and depth as
 * parameters, so that all contractions of a module share them. `C (+)= A B` for a tile of `rows` × 4 * `vectors`:
 * columns of B and C are consecutive; A is consecutive along depth ("rowwise") or along rows ("depthwise").
 */
import { affineConstant, affineOf } from "../../../ir/affine.ts";
import type { Expression, LoopFunction, LoopIndex, Region, Statement, Variable } from "../../../ir/loop.ts";

export interface MicroShape {
  readonly rows: number;
  /** Vectors of four columns. */
  readonly vectors: number;
  readonly left: "rowwise" | "depthwise";
  /** Adds to C instead of overwriting it. */
  readonly accumulate: boolean;
  /** Steps of depth per round of the main loop. */
  readonly unroll: number;
}

/** Regions: A, B, C. Parameters: rounds of the main loop, single steps after it, strides of A, B and C in elements. */
export function microKernel(shape: MicroShape): LoopFunction {
  const { rows, vectors, unroll } = shape;
  const [a, b, c]: Region[] = ["a", "b", "c"].map((name) => ({ name })) as [Region, Region, Region];
  const parameters = ["rounds", "rest", "a_stride", "b_stride", "c_stride"].map((name) => indexVariable(name));
  const [rounds, rest, aStride, bStride, cStride] = parameters as [Variable, Variable, Variable, Variable, Variable];
  const tile = grid(rows, vectors, (row, vector) => floatVariable(`c${row}_${vector}`));
  const panel = createPanel(shape, a!, b!, aStride, bStride);
  const step = (at: number): Statement[] => stepOf(shape, tile, panel, at);
  const targets = Array.from({ length: rows }, (_, row): Variable => ({ name: `c${row}`, type: "pointer" }));
  return {
    name: `tile_${rows}x${4 * vectors}_${shape.left}${shape.accumulate ? "_add" : ""}`,
    regions: [a!, b!, c!],
    parameters,
    body: [
      ...tile.flat().map((variable): Statement => ({ kind: "assign", variable, value: zero })),
      ...panel.start,
      loop("round", rounds, [...Array.from({ length: unroll }, (_, at) => step(at)).flat(), ...panel.advance(unroll)]),
      ...(unroll === 1 ? [] : [loop("single", rest, [...step(0), ...panel.advance(1)])]),
      ...targets.map((variable, row): Statement => point(variable, c!, affineOf(cStride, row))),
      ...targets.flatMap((base, row) =>
        tile[row]!.map((value, at) => writeBack(base, 4 * at, value, shape.accumulate)),
      ),
    ],
  };
}

const zero: Expression = { kind: "constant", value: 0, type: "f32" };

function indexVariable(name: string): Variable {
  return { name, type: "index" };
}

function floatVariable(name: string): Variable {
  return { name, type: "f32" };
}

function grid<Cell>(rows: number, columns: number, cell: (row: number, column: number) => Cell): Cell[][] {
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => cell(row, column)));
}

function point(variable: Variable, base: Region | Variable, index: LoopIndex): Statement {
  return { kind: "point", variable, base, index, bytes: 4 };
}

function loop(name: string, to: Variable, body: Statement[]): Statement {
  return { kind: "for", variable: indexVariable(name), from: affineConstant(0), to: affineOf(to), step: 1, body };
}

/** Where the operands stand: pointers that advance through depth. */
interface Panel {
  readonly start: readonly Statement[];
  left(row: number, at: number): Expression;
  readonly right: Variable;
  readonly rightStep: Statement;
  readonly leftStep: readonly Statement[];
  advance(steps: number): readonly Statement[];
}

function createPanel(shape: MicroShape, a: Region, b: Region, aStride: Variable, bStride: Variable): Panel {
  const right: Variable = { name: "b", type: "pointer" };
  const rowwise = shape.left === "rowwise";
  const count = rowwise ? shape.rows : 1;
  const lefts = Array.from({ length: count }, (_, row): Variable => ({ name: `a${row}`, type: "pointer" }));
  return {
    start: [...lefts.map((left, row) => point(left, a, affineOf(aStride, row))), point(right, b, affineConstant(0))],
    left: (row, at) => load(lefts[rowwise ? row : 0]!, affineConstant(rowwise ? at : row), 1),
    right,
    rightStep: point(right, right, affineOf(bStride)),
    leftStep: rowwise ? [] : [point(lefts[0]!, lefts[0]!, affineOf(aStride))],
    advance: (steps) => (rowwise ? lefts.map((left) => point(left, left, affineConstant(steps))) : []),
  };
}

function load(base: Variable, index: LoopIndex, lanes: 1 | 4): Expression {
  return { kind: "load", base, index, dtype: "f32", lanes };
}

/** One step of depth: every accumulator of the tile gets one product. */
function stepOf(shape: MicroShape, tile: Variable[][], panel: Panel, at: number): Statement[] {
  const columns = Array.from({ length: shape.vectors }, (_, vector) => floatVariable(`b${at}_${vector}`));
  const statements = columns.map((variable, vector): Statement => ({
    kind: "assign",
    variable,
    value: load(panel.right, affineConstant(4 * vector), 4),
  }));
  for (let row = 0; row < shape.rows; row++) {
    const factor = floatVariable(`a${at}_${row}`);
    statements.push({ kind: "assign", variable: factor, value: panel.left(row, at) });
    for (let vector = 0; vector < shape.vectors; vector++) {
      const variable = tile[row]![vector]!;
      const [left, right, sum] = [factor, columns[vector]!, variable].map((read): Expression => ({
        kind: "variable",
        variable: read,
      }));
      statements.push({ kind: "assign", variable, value: { kind: "multiplyAdd", a: left!, b: right!, c: sum! } });
    }
  }
  return [...statements, panel.rightStep, ...panel.leftStep];
}

function writeBack(base: Variable, index: number, variable: Variable, accumulate: boolean): Statement {
  const read: Expression = { kind: "variable", variable };
  const before = load(base, affineConstant(index), 4);
  const value: Expression = accumulate
    ? { kind: "apply", function: "add", arguments: [before, read], type: "f32" }
    : read;
  return { kind: "store", base, index: affineConstant(index), dtype: "f32", lanes: 4, value };
}
