/**
 * Ops that keep the elements and change how they are held (cast) or whether gradients pass (stop_gradient).
 */
import type { Op } from "../ir/op.ts";
import type { DType } from "../ir/type.ts";
import { elementCount } from "../ir/type.ts";
import { defineOp, dtypeOf } from "./define.ts";
import { fewShapes, samplesOf } from "./pointwise.ts";

const dtypes: readonly DType[] = ["f32", "i32", "u8", "bool"];

/** What an element becomes when held as `dtype`: integers truncate towards zero and saturate, NaN becomes 0. */
export function convert(x: number, dtype: DType): number {
  switch (dtype) {
    case "f32":
      return x;
    case "i32":
      return saturate(x, -(2 ** 31), 2 ** 31 - 1);
    case "u8":
      return saturate(x, 0, 255);
    case "bool":
      return x !== 0 ? 1 : 0;
  }
}

function saturate(x: number, low: number, high: number): number {
  // Adding 0 turns the -0 that truncation may leave into the only zero integers have.
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high) + 0;
}

const cast: Op = defineOp({
  name: "cast",
  summary: "x as another dtype; to i32 and u8 truncates and saturates (NaN gives 0), to bool is x != 0",
  operands: ["x"],
  attributes: { dtype: "dtype" },
  infer: ([x], attributes) => ({ dtype: dtypeOf(attributes), shape: x!.shape }),
  gradient: (value, g) => [value.operands[0]!.type.dtype === "f32" ? g : undefined],
  cutsGradient: "an integer or a bool has no derivative",
  meaning: (value) => ({
    kind: "pointwise",
    expression: {
      kind: "apply",
      function: "convert",
      arguments: [{ kind: "operand", operand: 0 }],
      dtype: value.type.dtype,
    },
  }),
  evaluate: (value, [x]) => x!.data.map((element) => convert(element, value.type.dtype)),
  samples: dtypes.flatMap((from) =>
    dtypes.flatMap((to) =>
      samplesOf(1, { dtype: from, range: from === "f32" || from === "i32" ? [-300, 300] : [0, 255] }, fewShapes).map(
        (sample) => ({ ...sample, attributes: { dtype: to } }),
      ),
    ),
  ),
  example: { operands: [[1.9, -1.9, 300]], attributes: { dtype: "u8" }, result: [1, 0, 255] },
});

const stopGradient: Op = defineOp({
  name: "stop_gradient",
  summary: "x itself, taken as a constant by differentiation",
  operands: ["x"],
  attributes: {},
  infer: ([x]) => x!,
  cutsGradient: "stop_gradient was written here",
  meaning: () => ({ kind: "pointwise", expression: { kind: "operand", operand: 0 } }),
  evaluate: (value, [x]) => x!.data.slice(0, elementCount(value.type.shape)),
  samples: samplesOf(1, { skipGradient: true }),
  example: { operands: [[1, 2]], result: [1, 2] },
});

export const conversion: readonly Op[] = [cast, stopGradient];
