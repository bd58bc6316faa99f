/**
 * Reductions over axes, which disappear: sum, max, min, and the index of the extreme along one axis.
 */
import type { Builder } from "../ir/builder.ts";
import type { Combiner, Op, ReferenceTensor, Sample } from "../ir/op.ts";
import type { Attributes, Value } from "../ir/program.ts";
import { stridesOf, typeText, type DType, type TensorType } from "../ir/type.ts";
import * as make from "./construct.ts";
import { defineOp, integersOf, numberOf } from "./define.ts";
import { offsetsOf } from "./strided.ts";
import { wrongAxes, wrongDtype } from "./type-rules.ts";

interface ReductionDefinition {
  readonly name: Combiner;
  readonly summary: string;
  readonly start: number;
  readonly combine: (total: number, element: number) => number;
  readonly gradient: (value: Value, g: Value, build: Builder) => Value;
  readonly example: readonly number[];
}

function reduction(definition: ReductionDefinition): Op {
  const { name, summary } = definition;
  return defineOp({
    name,
    summary,
    operands: ["x"],
    attributes: { axes: "integers" },
    infer: ([x], attributes) => reducedType(name, x!, integersOf(attributes, "axes")),
    gradient: (value, g, build) => [definition.gradient(value, g, build)],
    meaning: (value) => ({ kind: "reduce", axes: integersOf(value.attributes, "axes"), combiner: name }),
    evaluate(value, [x]) {
      const totals = combineRows(x!, integersOf(value.attributes, "axes"), definition);
      return value.type.dtype === "i32" ? totals.map((total) => total | 0) : totals;
    },
    samples: reductionSamples,
    example: {
      operands: [
        [
          [1, 5, 3],
          [4, 2, 6],
        ],
      ],
      attributes: { axes: [1] },
      result: definition.example,
    },
  });
}

function reducedType(name: string, x: TensorType, axes: readonly number[]): ReturnType<Op["infer"]> {
  if (axes.length === 0) return { mismatch: `${name} of ${typeText(x)} needs at least one axis` };
  const wrong = wrongDtype(name, [x], ["f32", "i32"]) ?? wrongAxes(name, axes, x.shape.length);
  return wrong ?? { ...x, shape: make.keptAxes(x.shape.length, axes).map((axis) => x.shape[axis]!) };
}

function combineRows(x: ReferenceTensor, axes: readonly number[], definition: ReductionDefinition): Float64Array {
  const { outer, inner } = rowsOf(x.type.shape, axes);
  return Float64Array.from(outer, (base) => {
    let total = definition.start;
    for (const offset of inner) total = definition.combine(total, x.data[base + offset]!);
    return total;
  });
}

/** Offsets of the kept positions, and of the reduced ones relative to each. */
function rowsOf(shape: readonly number[], axes: readonly number[]) {
  const strides = stridesOf(shape);
  const kept = make.keptAxes(shape.length, axes);
  const pick = (list: readonly number[], from: readonly number[]) => from.map((axis) => list[axis]!);
  return {
    outer: offsetsOf(pick(shape, kept), pick(strides, kept)),
    inner: offsetsOf(pick(shape, axes), pick(strides, axes)),
  };
}

const reductionSamples: readonly Sample[] = [
  sample([7], { axes: [0] }),
  sample([1], { axes: [0] }),
  sample([3, 5], { axes: [0] }),
  sample([3, 5], { axes: [1] }),
  sample([3, 5], { axes: [0, 1] }),
  sample([5, 1, 3], { axes: [0, 2] }),
  sample([2, 3, 1, 5], { axes: [1, 3] }),
  sample([2, 3, 2, 5], { axes: [0, 1, 2] }),
  sample([3, 7], { axes: [1] }, "i32"),
  sample([9], { axes: [0] }, "i32"),
];

/** d(Σ x) = Σ dx: the cotangent repeats along the axes. */
const sum: Op = reduction({
  name: "sum",
  summary: "sum over the axes; i32 wraps around",
  start: 0,
  combine: (total, element) => total + element,
  gradient: (value, g, build) => spread(value, g, build),
  example: [9, 12],
});

const max: Op = reduction({
  name: "max",
  summary: "the largest element over the axes; NaN if one is NaN",
  start: -Infinity,
  combine: Math.max,
  gradient: extremeGradient,
  example: [5, 6],
});

const min: Op = reduction({
  name: "min",
  summary: "the smallest element over the axes; NaN if one is NaN",
  start: Infinity,
  combine: Math.min,
  gradient: extremeGradient,
  example: [1, 2],
});

/** The cotangent, divided evenly among the elements equal to the extreme. */
function extremeGradient(value: Value, g: Value, build: Builder): Value {
  const x = value.operands[0]!;
  const chosen = make.equal(build, x, spread(value, value, build));
  const count = make.sum(build, make.cast(build, chosen, "f32"), integersOf(value.attributes, "axes"));
  const share = spread(value, make.divide(build, g, count), build);
  return make.where(build, chosen, share, make.filledLike(build, 0, x));
}

/** Repeats a value with the type of the reduction `value` along the axes it removed. */
function spread(value: Value, reduced: Value, build: Builder): Value {
  return make.expand(build, reduced, value.operands[0]!.type.shape, integersOf(value.attributes, "axes"));
}

function argument(name: string, combiner: "max" | "min", example: readonly number[]): Op {
  const better = combiner === "max" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  return defineOp({
    name,
    summary: `index of the first ${combiner === "max" ? "largest" : "smallest"} element along one axis, as i32`,
    operands: ["x"],
    attributes: { axis: "integer" },
    infer([x], attributes) {
      const type = reducedType(name, x!, [numberOf(attributes, "axis")]);
      return "mismatch" in type ? type : { dtype: "i32", shape: type.shape };
    },
    cutsGradient: "an index has no derivative",
    meaning: (value) => ({ kind: "argument", axis: numberOf(value.attributes, "axis"), combiner }),
    evaluate(value, [x]) {
      const { outer, inner } = rowsOf(x!.type.shape, [numberOf(value.attributes, "axis")]);
      return Float64Array.from(outer, (base) => {
        let best = 0;
        inner.forEach((offset, at) => {
          if (better(x!.data[base + offset]!, x!.data[base + inner[best]!]!)) best = at;
        });
        return best;
      });
    },
    samples: [
      sample([7], { axis: 0 }),
      sample([3, 5], { axis: 0 }),
      sample([3, 5], { axis: 1 }),
      sample([2, 1, 3], { axis: 1 }),
      sample([2, 3, 5, 1], { axis: 2 }),
      sample([3, 9], { axis: 1 }, "i32"),
    ],
    example: {
      operands: [
        [
          [1, 5, 5],
          [4, 2, 2],
        ],
      ],
      attributes: { axis: 1 },
      result: example,
    },
  });
}

function sample(shape: readonly number[], attributes: Attributes, dtype: DType = "f32"): Sample {
  return { operands: [{ dtype, shape }], attributes };
}

export const reductions: readonly Op[] = [
  sum,
  max,
  min,
  argument("argmax", "max", [1, 0]),
  argument("argmin", "min", [0, 1]),
];
