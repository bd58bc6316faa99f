/**
 * Comparisons, logic of bools, and the choice `where`.
 */
import type { Op, Sample, ScalarFunction } from "../ir/op.ts";
import type { DType, TensorType } from "../ir/type.ts";
import * as make from "./construct.ts";
import { fewShapes, pointwise, samplesOf, sameTypes, type PointwiseDefinition } from "./pointwise.ts";
import { differingShapes, list, wrongDtype } from "./type-rules.ts";

const anyDtype: readonly DType[] = ["f32", "i32", "u8", "bool"];

function comparison(
  name: string,
  scalar: ScalarFunction,
  symbol: string,
  compare: (a: number, b: number) => boolean,
  result: readonly number[],
): Op {
  return pointwise({
    name,
    function: scalar,
    summary: `left ${symbol} right, as bool`,
    operands: ["left", "right"],
    infer: (operands) =>
      wrongDtype(name, operands, anyDtype) ??
      differingShapes(name, operands) ?? { dtype: "bool", shape: operands[0]!.shape },
    compute: (a, b) => Number(compare(a, b)),
    cutsGradient: "a comparison gives a bool, which has no derivative",
    samples: [
      ...samplesOf(2, { skipGradient: true }),
      ...samplesOf(2, { dtype: "i32", range: [-1, 1] }, fewShapes),
      ...samplesOf(2, { dtype: "u8", range: [0, 3] }, fewShapes),
      ...samplesOf(2, { dtype: "bool" }, fewShapes),
    ],
    example: {
      operands: [
        [1, 2, 3],
        [2, 2, 2],
      ],
      result,
    },
  });
}

function connective(
  name: "and" | "or",
  compute: (a: number, b: number) => number,
  example: PointwiseDefinition["example"],
): Op {
  return pointwise({
    name,
    function: name,
    summary: `left ${name} right, of bools`,
    operands: ["left", "right"],
    infer: sameTypes(name, ["bool"]),
    compute,
    cutsGradient: "a bool has no derivative",
    samples: samplesOf(2, { dtype: "bool" }),
    example,
  });
}

const truthTable = {
  operands: [
    [0, 0, 1, 1],
    [0, 1, 0, 1],
  ],
  dtypes: ["bool", "bool"] as const,
};

const not: Op = pointwise({
  name: "not",
  function: "not",
  summary: "true where x is false",
  operands: ["x"],
  infer: sameTypes("not", ["bool"]),
  compute: (x) => 1 - x,
  cutsGradient: "a bool has no derivative",
  samples: samplesOf(1, { dtype: "bool" }),
  example: { operands: [[0, 1]], dtypes: ["bool"], result: [1, 0] },
});

/** Each branch receives the cotangent where it was chosen, and zero elsewhere. */
const where: Op = pointwise({
  name: "where",
  function: "select",
  summary: "when_true where condition holds, else when_false",
  operands: ["condition", "when_true", "when_false"],
  infer(operands) {
    const [condition, ...branches] = operands as [TensorType, TensorType, TensorType];
    if (condition.dtype !== "bool") return { mismatch: `where needs a bool condition, got ${list(operands)}` };
    return wrongDtype("where", branches, anyDtype) ?? differingShapes("where", operands) ?? branches[0]!;
  },
  compute: (condition, whenTrue, whenFalse) => (condition !== 0 ? whenTrue : whenFalse),
  gradient(value, g, build) {
    const condition = value.operands[0]!;
    const zero = make.filledLike(build, 0, g);
    return [undefined, make.where(build, condition, g, zero), make.where(build, condition, zero, g)];
  },
  samples: [
    ...samplesOf(2).map(withCondition),
    ...samplesOf(2, { dtype: "i32" }, fewShapes).map(withCondition),
    ...samplesOf(2, { dtype: "bool" }, fewShapes).map(withCondition),
  ],
  example: {
    operands: [
      [1, 0],
      [5, 6],
      [7, 8],
    ],
    dtypes: ["bool", "f32", "f32"],
    result: [5, 8],
  },
});

function withCondition(sample: Sample): Sample {
  return { ...sample, operands: [{ dtype: "bool", shape: sample.operands[0]!.shape }, ...sample.operands] };
}

export const logic: readonly Op[] = [
  comparison("equal", "equal", "==", (a, b) => a === b, [0, 1, 0]),
  comparison("not_equal", "notEqual", "!=", (a, b) => a !== b, [1, 0, 1]),
  comparison("less", "less", "<", (a, b) => a < b, [1, 0, 0]),
  comparison("less_equal", "lessEqual", "<=", (a, b) => a <= b, [1, 1, 0]),
  connective("and", (a, b) => a & b, { ...truthTable, result: [0, 0, 0, 1] }),
  connective("or", (a, b) => a | b, { ...truthTable, result: [0, 1, 1, 1] }),
  not,
  where,
];
