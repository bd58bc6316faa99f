/**
 * Ops with data-dependent positions: rows read by index, and rows added by index. Each is the other's gradient.
 */
import type { Op, Sample } from "../ir/op.ts";
import type { DType, TensorType } from "../ir/type.ts";
import { elementCount, sameShape, typeText } from "../ir/type.ts";
import * as make from "./construct.ts";
import { defineOp, numberOf } from "./define.ts";

/** Reaches past both ends of a table of 5 rows. */
const range = [-1, 5] as const;

/** The cotangent's rows added at the indices that were read. */
const gather: Op = defineOp({
  name: "gather",
  summary: "table[V, d…] at indices[i…] gives [i…, d…]; an index out of range gives zeros",
  operands: ["table", "indices"],
  attributes: {},
  infer([table, indices]) {
    if (table!.shape.length === 0) return { mismatch: `gather needs a table with at least one axis, got a scalar` };
    if (indices!.dtype !== "i32") return { mismatch: `gather needs i32 indices, got ${typeText(indices!)}` };
    return { dtype: table!.dtype, shape: [...indices!.shape, ...table!.shape.slice(1)] };
  },
  gradient(value, g, build) {
    const [table, indices] = [value.operands[0]!, value.operands[1]!];
    return [make.scatterAdd(build, indices, g, table.type.shape[0]!), undefined];
  },
  meaning: () => ({ kind: "gather" }),
  evaluate(value, [table, indices]) {
    const result = new Float64Array(elementCount(value.type.shape));
    const row = rowSize(table!.type.shape);
    indices!.data.forEach((index, at) => {
      if (inside(index, table!.type.shape[0]!)) {
        result.set(table!.data.subarray(index * row, (index + 1) * row), at * row);
      }
    });
    return result;
  },
  samples: [
    gatherSample([5, 3], [7]),
    gatherSample([5], [7]),
    gatherSample([5, 3], []),
    gatherSample([5, 7], [2, 3]),
    gatherSample([1, 3, 2], [3]),
    gatherSample([5, 3], [3], "i32"),
  ],
  example: {
    operands: [
      [
        [1, 2],
        [3, 4],
      ],
      [1, 0, 5],
    ],
    dtypes: ["f32", "i32"],
    result: [
      [3, 4],
      [1, 2],
      [0, 0],
    ],
  },
});

/** Each row of updates receives the row of the cotangent it was added to. */
const scatterAdd: Op = defineOp({
  name: "scatter_add",
  summary: "result[indices[i…], j…] += updates[i…, j…] from zeros [size, j…]; out of range is dropped",
  operands: ["indices", "updates"],
  attributes: { size: "integer" },
  infer([indices, updates], attributes) {
    if (indices!.dtype !== "i32") return { mismatch: `scatter_add needs i32 indices, got ${typeText(indices!)}` };
    if (updates!.dtype !== "f32") return { mismatch: `scatter_add needs f32 updates, got ${typeText(updates!)}` };
    const size = numberOf(attributes, "size");
    if (size < 0) return { mismatch: `scatter_add: size must not be negative, got ${size}` };
    const rank = indices!.shape.length;
    if (!sameShape(updates!.shape.slice(0, rank), indices!.shape)) {
      const got = `${typeText(updates!)} and ${typeText(indices!)}`;
      return { mismatch: `scatter_add needs updates whose leading sizes are those of the indices, got ${got}` };
    }
    return { dtype: "f32", shape: [size, ...updates!.shape.slice(rank)] };
  },
  gradient: (value, g, build) => [undefined, make.gather(build, g, value.operands[0]!)],
  meaning: () => ({ kind: "scatter" }),
  evaluate(value, [indices, updates]) {
    const result = new Float64Array(elementCount(value.type.shape));
    const row = rowSize(value.type.shape);
    indices!.data.forEach((index, at) => {
      if (!inside(index, value.type.shape[0]!)) return;
      for (let k = 0; k < row; k++) result[index * row + k]! += updates!.data[at * row + k]!;
    });
    return result;
  },
  samples: [
    scatterSample([7], [3], 5),
    scatterSample([7], [], 5),
    scatterSample([], [3], 5),
    scatterSample([2, 3], [7], 5),
    scatterSample([3], [3, 2], 1),
  ],
  example: {
    operands: [
      [1, 0, 1, 7],
      [10, 20, 30, 40],
    ],
    dtypes: ["i32", "f32"],
    attributes: { size: 3 },
    result: [20, 40, 0],
  },
});

function rowSize(shape: readonly number[]): number {
  return elementCount(shape.slice(1));
}

function inside(index: number, size: number): boolean {
  return index >= 0 && index < size;
}

function gatherSample(table: readonly number[], indices: readonly number[], dtype: DType = "f32"): Sample {
  return { operands: [{ dtype, shape: table }, indexType(indices)], range };
}

function scatterSample(indices: readonly number[], row: readonly number[], size: number): Sample {
  return { operands: [indexType(indices), { dtype: "f32", shape: [...indices, ...row] }], attributes: { size }, range };
}

function indexType(shape: readonly number[]): TensorType {
  return { dtype: "i32", shape };
}

export const indexed: readonly Op[] = [gather, scatterAdd];
