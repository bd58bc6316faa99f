/**
 * The factory of pointwise ops: meaning and reference evaluation follow from one scalar function.
 */
import type { Example, Op, Sample, ScalarFunction, TypeMismatch } from "../ir/op.ts";
import { elementCount, type DType, type TensorType } from "../ir/type.ts";
import { defineOp } from "./define.ts";
import { differingShapes, wrongDtype } from "./type-rules.ts";

type Compute = (a: number, b: number, c: number) => number;

export interface PointwiseDefinition {
  readonly name: string;
  readonly function: ScalarFunction;
  readonly summary: string;
  readonly operands: readonly string[];
  readonly infer: (operands: readonly TensorType[]) => TensorType | TypeMismatch;
  /** One element, given those of up to three operands. */
  readonly compute: Compute;
  /** The same for a result of i32, where rounding or overflow differ. */
  readonly computeInteger?: Compute;
  readonly gradient?: Op["gradient"];
  readonly cutsGradient?: string;
  readonly samples: readonly Sample[];
  readonly example: Example;
}

export function pointwise(definition: PointwiseDefinition): Op {
  const { name, summary, operands, infer, samples, example } = definition;
  return defineOp({
    name,
    summary,
    operands,
    attributes: {},
    infer,
    ...(definition.gradient === undefined ? {} : { gradient: definition.gradient }),
    ...(definition.cutsGradient === undefined ? {} : { cutsGradient: definition.cutsGradient }),
    meaning: (value) => ({
      kind: "pointwise",
      expression: {
        kind: "apply",
        function: definition.function,
        arguments: operands.map((_, operand) => ({ kind: "operand", operand })),
        dtype: value.type.dtype,
      },
    }),
    evaluate(value, given) {
      const integer = value.type.dtype === "i32" ? definition.computeInteger : undefined;
      const data = given.map((operand) => operand.data);
      return map(integer ?? definition.compute, elementCount(value.type.shape), data);
    },
    samples,
    example,
  });
}

function map(compute: Compute, count: number, [a, b, c]: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(count);
  const second = b ?? a!;
  const third = c ?? a!;
  for (let at = 0; at < count; at++) result[at] = compute(a![at]!, second[at]!, third[at]!);
  return result;
}

/** The type rule of ops whose operands and result have one type, of an allowed dtype. */
export function sameTypes(name: string, allowed: readonly DType[]): PointwiseDefinition["infer"] {
  return (operands) => wrongDtype(name, operands, allowed) ?? differingShapes(name, operands) ?? operands[0]!;
}

const sampleShapes: readonly (readonly number[])[] = [[], [1], [7], [3, 5], [5, 1, 3], [2, 3, 1, 5]];

/** Samples of every rank up to 4, in sizes that leave a remainder of vectors, for `count` operands of one type. */
export function samplesOf(
  count: number,
  options: { readonly dtype?: DType; readonly range?: readonly [number, number]; readonly skipGradient?: boolean } = {},
  shapes = sampleShapes,
): Sample[] {
  const { dtype = "f32", range, skipGradient } = options;
  return shapes.map((shape) => ({
    operands: Array.from({ length: count }, () => ({ dtype, shape })),
    ...(range === undefined ? {} : { range }),
    ...(skipGradient === undefined ? {} : { skipGradient }),
  }));
}

/** A few shapes, for the second and third dtype of an op. */
export const fewShapes: readonly (readonly number[])[] = [[], [9], [3, 7]];
