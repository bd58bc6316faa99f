/**
 * The contraction of two tensors: every matrix product, with any batch axes.
 */
import type { Op, Sample } from "../ir/op.ts";
import type { Attributes } from "../ir/program.ts";
import { stridesOf, type TensorType } from "../ir/type.ts";
import * as make from "./construct.ts";
import { defineOp, integersOf } from "./define.ts";
import { offsetsOf } from "./strided.ts";
import { list, wrongDtype, wrongLength } from "./type-rules.ts";

interface Labels {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly result: readonly number[];
}

/** With C = L · R over labels: dL = dC · R giving L's labels, dR = L · dC giving R's. */
const contract: Op = defineOp({
  name: "contract",
  summary: "result[r…] = sum of left[l…] * right[k…] over the labels that result lacks",
  operands: ["left", "right"],
  attributes: { left: "integers", right: "integers", result: "integers" },
  infer: ([left, right], attributes) => contractType(left!, right!, labelsOf(attributes)),
  gradient(value, g, build) {
    const labels = labelsOf(value.attributes);
    const [left, right] = [value.operands[0]!, value.operands[1]!];
    return [
      make.contract(build, g, right, { left: labels.result, right: labels.right, result: labels.left }),
      make.contract(build, left, g, { left: labels.left, right: labels.result, result: labels.right }),
    ];
  },
  meaning: (value) => ({ kind: "contract", ...labelsOf(value.attributes) }),
  evaluate(value, [left, right]) {
    const labels = labelsOf(value.attributes);
    const summed = labels.left.filter((label) => !labels.result.includes(label));
    const sizes = sizesOf(left!.type, right!.type, labels);
    const leftAt = offsetsBy(labels.left, left!.type.shape, sizes);
    const rightAt = offsetsBy(labels.right, right!.type.shape, sizes);
    const [leftBase, rightBase] = [leftAt(labels.result), rightAt(labels.result)];
    const [leftStep, rightStep] = [leftAt(summed), rightAt(summed)];
    return Float64Array.from(leftBase, (base, at) => {
      let total = 0;
      for (let k = 0; k < leftStep.length; k++) {
        total += left!.data[base + leftStep[k]!]! * right!.data[rightBase[at]! + rightStep[k]!]!;
      }
      return total;
    });
  },
  samples: [
    sample([3, 5], [5, 7], { left: [0, 1], right: [1, 2], result: [0, 2] }),
    sample([5, 3], [5, 7], { left: [1, 0], right: [1, 2], result: [0, 2] }),
    sample([3, 5], [7, 5], { left: [0, 1], right: [2, 1], result: [0, 2] }),
    sample([3, 5], [5, 7], { left: [0, 1], right: [1, 2], result: [2, 0] }),
    sample([7], [7], { left: [0], right: [0], result: [] }),
    sample([3], [5], { left: [0], right: [1], result: [0, 1] }),
    sample([3, 5], [5], { left: [0, 1], right: [1], result: [0] }),
    sample([], [3], { left: [], right: [0], result: [0] }),
    sample([1, 1], [1, 1], { left: [0, 1], right: [1, 2], result: [0, 2] }),
    sample([2, 3, 5], [2, 5, 7], { left: [0, 1, 2], right: [0, 2, 3], result: [0, 1, 3] }),
    sample([2, 3, 5], [5, 7], { left: [0, 1, 2], right: [2, 3], result: [0, 1, 3] }),
    sample([2, 3, 5, 2], [2, 7, 3, 2], { left: [0, 1, 2, 3], right: [0, 4, 1, 3], result: [0, 1, 2, 4] }),
    sample([9, 17], [17, 13], { left: [0, 1], right: [1, 2], result: [0, 2] }),
  ],
  example: {
    operands: [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
    attributes: { left: [0, 1], right: [1, 2], result: [0, 2] },
    result: [
      [19, 22],
      [43, 50],
    ],
  },
});

function contractType(left: TensorType, right: TensorType, labels: Labels): ReturnType<Op["infer"]> {
  const wrong =
    wrongDtype("contract", [left, right], ["f32"]) ??
    wrongLength("contract", "left", labels.left, left) ??
    wrongLength("contract", "right", labels.right, right);
  if (wrong !== undefined) return wrong;
  const text = `contract [${labels.left}] with [${labels.right}] to [${labels.result}]`;
  const repeats = [labels.left, labels.right, labels.result].some((names) => new Set(names).size !== names.length);
  if (repeats) return { mismatch: `${text}: a label occurs twice in one list` };
  const sizes = sizesOf(left, right, labels);
  const unknown = labels.result.find((label) => !sizes.has(label));
  if (unknown !== undefined) return { mismatch: `${text}: label ${unknown} of the result is in neither operand` };
  const lone = [...sizes.keys()].find((label) => holders(label, labels) < 2);
  if (lone !== undefined) return { mismatch: `${text}: label ${lone} occurs in one operand and nowhere else` };
  const clash = labels.right.findIndex((label, axis) => sizes.get(label) !== right.shape[axis]);
  if (clash !== -1) {
    const label = labels.right[clash]!;
    const found = `${sizes.get(label)} on the left and ${right.shape[clash]} on the right`;
    return { mismatch: `${text} of ${list([left, right])}: label ${label} is ${found}` };
  }
  return { dtype: "f32", shape: labels.result.map((label) => sizes.get(label)!) };
}

/** In how many of left, right and result the label occurs. */
function holders(label: number, labels: Labels): number {
  return [labels.left, labels.right, labels.result].filter((names) => names.includes(label)).length;
}

/** The size of each label; the left operand's where both have it. */
function sizesOf(left: TensorType, right: TensorType, labels: Labels): Map<number, number> {
  const sizes = new Map(labels.right.map((label, axis) => [label, right.shape[axis]!]));
  labels.left.forEach((label, axis) => sizes.set(label, left.shape[axis]!));
  return sizes;
}

/** Offsets into an operand with these axes for every combination of given labels; labels it lacks do not move it. */
function offsetsBy(own: readonly number[], shape: readonly number[], sizes: ReadonlyMap<number, number>) {
  const strides = stridesOf(shape);
  return (labels: readonly number[]): Int32Array =>
    offsetsOf(
      labels.map((label) => sizes.get(label)!),
      labels.map((label) => strides[own.indexOf(label)] ?? 0),
    );
}

function labelsOf(attributes: Attributes): Labels {
  return {
    left: integersOf(attributes, "left"),
    right: integersOf(attributes, "right"),
    result: integersOf(attributes, "result"),
  };
}

function sample(left: readonly number[], right: readonly number[], labels: Labels): Sample {
  return {
    operands: [
      { dtype: "f32", shape: left },
      { dtype: "f32", shape: right },
    ],
    attributes: { ...labels },
  };
}

export const contractions: readonly Op[] = [contract];
