/**
 * Views that only rename positions: reshape, transpose, broadcast, flip. Any dtype.
 */
import type { Op, Sample } from "../ir/op.ts";
import type { Attributes } from "../ir/program.ts";
import { elementCount, stridesOf, typeText, type DType } from "../ir/type.ts";
import * as make from "./construct.ts";
import { defineOp, integersOf } from "./define.ts";
import { readStrided } from "./strided.ts";
import { wrongAxes, wrongLength, wrongSizes } from "./type-rules.ts";

/** The cotangent in the shape of x. */
const reshape: Op = defineOp({
  name: "reshape",
  summary: "the same elements in row-major order under another shape",
  operands: ["x"],
  attributes: { shape: "integers" },
  infer([x], attributes) {
    const shape = integersOf(attributes, "shape");
    if (elementCount(shape) === elementCount(x!.shape)) return wrongSizes("reshape", shape) ?? { ...x!, shape };
    const counts = `${elementCount(x!.shape)} elements, not ${elementCount(shape)}`;
    return { mismatch: `reshape of ${typeText(x!)} to [${shape.join(", ")}]: the operand has ${counts}` };
  },
  gradient: (value, g, build) => [make.reshape(build, g, value.operands[0]!.type.shape)],
  meaning: () => ({ kind: "reshape" }),
  evaluate: (_, [x]) => x!.data.slice(),
  samples: [
    sample([6], { shape: [2, 3] }),
    sample([3, 5], { shape: [15] }),
    sample([1], { shape: [] }),
    sample([], { shape: [1, 1] }),
    sample([2, 3, 5], { shape: [3, 10] }),
    sample([2, 3, 1, 5], { shape: [6, 5] }),
    sample([3, 7], { shape: [21] }, "u8"),
  ],
  example: {
    operands: [[1, 2, 3, 4]],
    attributes: { shape: [2, 2] },
    result: [
      [1, 2],
      [3, 4],
    ],
  },
});

/** The cotangent under the inverse permutation. */
const transpose: Op = defineOp({
  name: "transpose",
  summary: "result axis k is operand axis permutation[k]",
  operands: ["x"],
  attributes: { permutation: "integers" },
  infer([x], attributes) {
    const permutation = integersOf(attributes, "permutation");
    const sorted = [...permutation].sort((a, b) => a - b);
    const wrong = wrongLength("transpose", "permutation", permutation, x!);
    if (wrong !== undefined) return wrong;
    if (sorted.some((axis, k) => axis !== k)) {
      return { mismatch: `transpose: [${permutation.join(", ")}] is not a permutation of the axes of ${typeText(x!)}` };
    }
    return { ...x!, shape: permutation.map((axis) => x!.shape[axis]!) };
  },
  gradient(value, g, build) {
    const permutation = integersOf(value.attributes, "permutation");
    return [
      make.transpose(
        build,
        g,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
  meaning(value) {
    const permutation = integersOf(value.attributes, "permutation");
    const axes = permutation.map((_, axis) => ({ from: permutation.indexOf(axis), step: 1, offset: 0 }));
    return { kind: "view", pieces: [{ operand: 0, axes }], fill: 0 };
  },
  evaluate(value, [x]) {
    const strides = stridesOf(x!.type.shape);
    const permuted = integersOf(value.attributes, "permutation").map((axis) => strides[axis]!);
    return readStrided(x!.data, value.type.shape, permuted);
  },
  samples: [
    sample([3, 5], { permutation: [1, 0] }),
    sample([7], { permutation: [0] }),
    sample([2, 3, 5], { permutation: [2, 0, 1] }),
    sample([2, 3, 5], { permutation: [0, 2, 1] }),
    sample([2, 1, 3, 5], { permutation: [3, 1, 0, 2] }),
    sample([5, 9], { permutation: [1, 0] }),
    sample([5, 7], { permutation: [1, 0] }, "i32"),
    sample([5, 7], { permutation: [1, 0] }, "u8"),
  ],
  example: {
    operands: [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    attributes: { permutation: [1, 0] },
    result: [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  },
});

/** The cotangent summed over every axis that was repeated. */
const broadcast: Op = defineOp({
  name: "broadcast",
  summary: "operand axis k becomes result axis axes[k]; other axes, and operand axes of size 1, repeat",
  operands: ["x"],
  attributes: { shape: "integers", axes: "integers" },
  infer([x], attributes) {
    const shape = integersOf(attributes, "shape");
    const axes = integersOf(attributes, "axes");
    const wrong =
      wrongSizes("broadcast", shape) ??
      wrongLength("broadcast", "axes", axes, x!) ??
      wrongAxes("broadcast", axes, shape.length);
    if (wrong !== undefined) return wrong;
    const odd = axes.findIndex((axis, k) => x!.shape[k] !== 1 && x!.shape[k] !== shape[axis]);
    if (odd === -1) return { ...x!, shape };
    const needed = `axis ${odd} must have size ${shape[axes[odd]!]} or 1`;
    return { mismatch: `broadcast of ${typeText(x!)} to [${shape.join(", ")}] along [${axes.join(", ")}]: ${needed}` };
  },
  gradient(value, g, build) {
    return [make.sumTo(build, g, value.operands[0]!.type.shape, integersOf(value.attributes, "axes"))];
  },
  meaning(value) {
    const axes = integersOf(value.attributes, "axes");
    const reads = value.operands[0]!.type.shape.map((size, k) =>
      size === 1 ? { from: undefined, step: 0, offset: 0 } : { from: axes[k]!, step: 1, offset: 0 },
    );
    return { kind: "view", pieces: [{ operand: 0, axes: reads }], fill: 0 };
  },
  evaluate(value, [x]) {
    const axes = integersOf(value.attributes, "axes");
    const { shape } = x!.type;
    const strides = stridesOf(shape);
    const spread = value.type.shape.map((_, axis) => {
      const from = axes.indexOf(axis);
      return from === -1 || shape[from] === 1 ? 0 : strides[from]!;
    });
    return readStrided(x!.data, value.type.shape, spread);
  },
  samples: [
    sample([], { shape: [7], axes: [] }),
    sample([5], { shape: [3, 5], axes: [1] }),
    sample([3], { shape: [3, 5], axes: [0] }),
    sample([3, 1], { shape: [3, 7], axes: [0, 1] }),
    sample([1, 5], { shape: [2, 3, 5], axes: [1, 2] }),
    sample([2, 3], { shape: [2, 5, 3, 1], axes: [0, 2] }),
    sample([3], { shape: [3, 7], axes: [0] }, "bool"),
    sample([], { shape: [5], axes: [] }, "i32"),
  ],
  example: {
    operands: [[1, 2]],
    attributes: { shape: [2, 3], axes: [0] },
    result: [
      [1, 1, 1],
      [2, 2, 2],
    ],
  },
});

/** The cotangent flipped back. */
const flip: Op = defineOp({
  name: "flip",
  summary: "reverses the order along the axes",
  operands: ["x"],
  attributes: { axes: "integers" },
  infer: ([x], attributes) => wrongAxes("flip", integersOf(attributes, "axes"), x!.shape.length) ?? x!,
  gradient: (value, g, build) => [make.flip(build, g, integersOf(value.attributes, "axes"))],
  meaning(value) {
    const axes = integersOf(value.attributes, "axes");
    const reads = value.type.shape.map((size, axis) =>
      axes.includes(axis) ? { from: axis, step: -1, offset: size - 1 } : { from: axis, step: 1, offset: 0 },
    );
    return { kind: "view", pieces: [{ operand: 0, axes: reads }], fill: 0 };
  },
  evaluate(value, [x]) {
    const axes = integersOf(value.attributes, "axes");
    const { shape } = value.type;
    const strides = stridesOf(shape);
    const base = axes.reduce((total, axis) => total + (shape[axis]! - 1) * strides[axis]!, 0);
    const signed = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
    return readStrided(x!.data, shape, signed, base);
  },
  samples: [
    sample([7], { axes: [0] }),
    sample([3, 5], { axes: [1] }),
    sample([3, 5], { axes: [0, 1] }),
    sample([2, 3, 5], { axes: [1] }),
    sample([2, 1, 3, 5], { axes: [1, 3] }),
    sample([3, 7], { axes: [1] }, "u8"),
  ],
  example: { operands: [[1, 2, 3]], attributes: { axes: [0] }, result: [3, 2, 1] },
});

function sample(shape: readonly number[], attributes: Attributes, dtype: DType = "f32"): Sample {
  return { operands: [{ dtype, shape }], attributes };
}

export const views: readonly Op[] = [reshape, transpose, broadcast, flip];
