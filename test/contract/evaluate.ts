/** A contraction in float64, straight from its definition, with the rounding error that f32 may make at each point. */
import { coefficientOf } from "../../compiler/ir/affine.ts";
import type { AxisIndex, Buffer, ContractKernel, Fused } from "../../compiler/ir/schedule.ts";

export type Contents = ReadonlyMap<Buffer, Float64Array>;

export interface Expected {
  readonly buffer: Buffer;
  readonly element: number;
  readonly value: number;
  readonly tolerance: number;
}

const unit = 2 ** -24;

export function positionOf(index: AxisIndex, point: readonly number[]): number {
  return point.reduce((sum, at, axis) => sum + at * coefficientOf(index, axis), index.constant);
}

export function evaluateFused(node: Fused, point: readonly number[], contents: Contents, reduced = NaN): number {
  const operand = (child: Fused): number => evaluateFused(child, point, contents, reduced);
  switch (node.kind) {
    case "constant":
      return node.value;
    case "load":
      return contents.get(node.buffer)![positionOf(node.index, point)]!;
    case "index":
      return positionOf(node.index, point);
    case "reduced":
      return reduced;
    case "apply": {
      const [a, b, c] = node.arguments.map(operand) as [number, number, number];
      switch (node.function) {
        case "add":
          return a + b;
        case "subtract":
          return a - b;
        case "multiply":
          return a * b;
        case "maximum":
          return Math.max(a, b);
        case "convert":
          return a;
        case "less":
          return Number(a < b);
        case "select":
          return a !== 0 ? b : c;
        default:
          throw new Error(`the reference does not know ${node.function}`);
      }
    }
    default:
      throw new Error(`the reference does not know ${node.kind}`);
  }
}

/** Every stored element; the tolerance is 2 n u times the sum of magnitudes, and a little for the epilogue. */
export function evaluateContract(kernel: ContractKernel, contents: Contents): Expected[] {
  const expected: Expected[] = [];
  const free = kernel.axes.map((axis) => (axis.role === "depth" ? 1 : axis.extent));
  const deep = kernel.axes.map((axis) => (axis.role === "depth" ? axis.extent : 1));
  forEachPoint(free, (outer) => {
    let [sum, magnitude, count] = [0, 0, 0];
    forEachPoint(deep, (inner) => {
      const point = outer.map((at, axis) => at + inner[axis]!);
      const product = evaluateFused(kernel.left, point, contents) * evaluateFused(kernel.right, point, contents);
      sum += product;
      magnitude += Math.abs(product);
      count++;
    });
    for (const store of kernel.stores) {
      const value = evaluateFused(store.value, outer, contents, sum);
      const tolerance = 2 * (count + 4) * unit * (magnitude + Math.abs(value) + Math.abs(value - sum));
      expected.push({ buffer: store.buffer, element: positionOf(store.index, outer), value, tolerance });
    }
  });
  return expected;
}

function forEachPoint(extents: readonly number[], visit: (point: readonly number[]) => void): void {
  const point = extents.map(() => 0);
  for (;;) {
    visit([...point]);
    let axis = extents.length - 1;
    while (axis >= 0 && ++point[axis]! === extents[axis]) point[axis--] = 0;
    if (axis < 0) return;
  }
}
