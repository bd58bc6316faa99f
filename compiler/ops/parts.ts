/**
 * Views that take a part of a tensor or put parts together: slice, pad, concat. Any dtype.
 */
import type { Builder } from "../ir/builder.ts";
import type { Op, Sample } from "../ir/op.ts";
import type { Attributes, Value } from "../ir/program.ts";
import { elementCount, sameShape, stridesOf, typeText, type DType, type TensorType } from "../ir/type.ts";
import * as make from "./construct.ts";
import { defineOp, integersOf, numberOf } from "./define.ts";
import { readStrided, writeStrided } from "./strided.ts";
import { list, wrongDtype, wrongLength } from "./type-rules.ts";

/** The cotangent written back at the positions that were read, zeros elsewhere. */
const slice: Op = defineOp({
  name: "slice",
  summary: "positions starts, starts + steps, … below stops, along each axis",
  operands: ["x"],
  attributes: { starts: "integers", stops: "integers", steps: "integers" },
  infer([x], attributes) {
    const { starts, stops, steps } = bounds(attributes);
    const wrong =
      wrongLength("slice", "starts", starts, x!) ??
      wrongLength("slice", "stops", stops, x!) ??
      wrongLength("slice", "steps", steps, x!);
    if (wrong !== undefined) return wrong;
    const odd = x!.shape.findIndex((size, axis) => {
      const inside = starts[axis]! >= 0 && starts[axis]! <= stops[axis]! && stops[axis]! <= size;
      return !inside || steps[axis]! < 1;
    });
    if (odd !== -1) {
      const range = `${starts[odd]}..${stops[odd]} step ${steps[odd]}`;
      return { mismatch: `slice of ${typeText(x!)}: ${range} does not lie in axis ${odd} of size ${x!.shape[odd]}` };
    }
    return { ...x!, shape: x!.shape.map((_, axis) => Math.ceil((stops[axis]! - starts[axis]!) / steps[axis]!)) };
  },
  gradient: (value, g, build) => [sliceGradient(value, g, build)],
  meaning(value) {
    const { starts, steps } = bounds(value.attributes);
    const axes = starts.map((start, axis) => ({ from: axis, step: steps[axis]!, offset: start }));
    return { kind: "view", pieces: [{ operand: 0, axes }], fill: 0 };
  },
  evaluate(value, [x]) {
    const { starts, steps } = bounds(value.attributes);
    const strides = stridesOf(x!.type.shape);
    const base = starts.reduce((total, start, axis) => total + start * strides[axis]!, 0);
    return readStrided(
      x!.data,
      value.type.shape,
      strides.map((stride, axis) => stride * steps[axis]!),
      base,
    );
  },
  samples: [
    sample([[9]], { starts: [2], stops: [7], steps: [1] }),
    sample([[9]], { starts: [1], stops: [9], steps: [3] }),
    sample([[3, 5]], { starts: [0, 1], stops: [3, 4], steps: [1, 1] }),
    sample([[5, 7]], { starts: [1, 0], stops: [4, 7], steps: [2, 3] }),
    sample([[2, 3, 5]], { starts: [1, 0, 0], stops: [2, 3, 5], steps: [1, 1, 2] }),
    sample([[2, 3, 1, 6]], { starts: [0, 1, 0, 1], stops: [2, 2, 1, 6], steps: [1, 1, 1, 4] }),
    sample([[]], { starts: [], stops: [], steps: [] }),
    sample([[3, 9]], { starts: [1, 2], stops: [3, 9], steps: [1, 2] }, "u8"),
  ],
  example: { operands: [[0, 1, 2, 3, 4]], attributes: { starts: [1], stops: [5], steps: [2] }, result: [1, 3] },
});

function sliceGradient(value: Value, g: Value, build: Builder): Value {
  const { starts, steps } = bounds(value.attributes);
  const spread = spreadOut(g, steps, build);
  const { shape } = value.operands[0]!.type;
  const high = shape.map((size, axis) => size - starts[axis]! - spread.type.shape[axis]!);
  return make.pad(build, spread, starts, high);
}

/** Puts `steps[axis] - 1` zeros between neighbours: [a, b] becomes [a, 0, b] for step 2. */
function spreadOut(g: Value, steps: readonly number[], build: Builder): Value {
  const { shape } = g.type;
  if (steps.every((step) => step === 1)) return g;
  const paired = shape.flatMap((size, axis) => (steps[axis] === 1 ? [size] : [size, 1]));
  const room = shape.flatMap((_, axis) => (steps[axis] === 1 ? [0] : [0, steps[axis]! - 1]));
  const padded = make.pad(
    build,
    make.reshape(build, g, paired),
    room.map(() => 0),
    room,
  );
  const full = shape.map((size, axis) => size * steps[axis]!);
  // The zeros behind the last element may reach past the end of the operand.
  const needed = shape.map((size, axis) => Math.max(0, (size - 1) * steps[axis]! + 1));
  return make.slice(
    build,
    make.reshape(build, padded, full),
    needed.map(() => 0),
    needed,
  );
}

/** The inner part of the cotangent. */
const pad: Op = defineOp({
  name: "pad",
  summary: "low elements of fill before and high after x, along each axis",
  operands: ["x"],
  attributes: { low: "integers", high: "integers", fill: "number" },
  infer([x], attributes) {
    const low = integersOf(attributes, "low");
    const high = integersOf(attributes, "high");
    const wrong = wrongLength("pad", "low", low, x!) ?? wrongLength("pad", "high", high, x!);
    if (wrong !== undefined) return wrong;
    if ([...low, ...high].some((count) => count < 0)) {
      return { mismatch: `pad: counts must not be negative, got [${low.join(", ")}] and [${high.join(", ")}]` };
    }
    return { ...x!, shape: x!.shape.map((size, axis) => low[axis]! + size + high[axis]!) };
  },
  gradient(value, g, build) {
    const low = integersOf(value.attributes, "low");
    const { shape } = value.operands[0]!.type;
    return [
      make.slice(
        build,
        g,
        low,
        shape.map((size, axis) => low[axis]! + size),
      ),
    ];
  },
  meaning(value) {
    const axes = integersOf(value.attributes, "low").map((count, axis) => ({ from: axis, step: 1, offset: 0 - count }));
    return { kind: "view", pieces: [{ operand: 0, axes }], fill: numberOf(value.attributes, "fill") };
  },
  evaluate(value, [x]) {
    const result = new Float64Array(elementCount(value.type.shape)).fill(numberOf(value.attributes, "fill"));
    const strides = stridesOf(value.type.shape);
    const base = integersOf(value.attributes, "low").reduce((total, count, axis) => total + count * strides[axis]!, 0);
    writeStrided(result, x!.data, x!.type.shape, strides, base);
    return result;
  },
  samples: [
    sample([[5]], { low: [2], high: [1], fill: 0 }),
    sample([[5]], { low: [0], high: [2], fill: -1.5 }),
    sample([[3, 5]], { low: [1, 0], high: [0, 2], fill: 0 }),
    sample([[2, 3, 5]], { low: [0, 1, 1], high: [0, 1, 2], fill: 0 }),
    sample([[2, 3, 1, 5]], { low: [0, 1, 1, 0], high: [0, 2, 1, 0], fill: 2 }),
    sample([[3, 5]], { low: [0, 1], high: [1, 1], fill: -1 }, "i32"),
  ],
  example: { operands: [[1, 2]], attributes: { low: [1], high: [2], fill: 0 }, result: [0, 1, 2, 0, 0] },
});

/** Each operand receives its part of the cotangent. */
const concat: Op = defineOp({
  name: "concat",
  summary: "the operands one after another along one axis",
  operands: "variadic",
  attributes: { axis: "integer" },
  infer: (operands, attributes) => concatType(operands, numberOf(attributes, "axis")),
  gradient(value, g, build) {
    const axis = numberOf(value.attributes, "axis");
    const starts = partStarts(value.operands, axis);
    return value.operands.map((operand, k) => {
      const low = operand.type.shape.map((_, at) => (at === axis ? starts[k]! : 0));
      return make.slice(
        build,
        g,
        low,
        operand.type.shape.map((size, at) => low[at]! + size),
      );
    });
  },
  meaning(value) {
    const axis = numberOf(value.attributes, "axis");
    const starts = partStarts(value.operands, axis);
    const pieces = value.operands.map(({ type }, operand) => ({
      operand,
      axes: type.shape.map((_, at) => ({ from: at, step: 1, offset: at === axis ? 0 - starts[operand]! : 0 })),
    }));
    return { kind: "view", pieces, fill: 0 };
  },
  evaluate(value, operands) {
    const axis = numberOf(value.attributes, "axis");
    const starts = partStarts(operands, axis);
    const strides = stridesOf(value.type.shape);
    const result = new Float64Array(elementCount(value.type.shape));
    operands.forEach(({ data, type }, k) =>
      writeStrided(result, data, type.shape, strides, starts[k]! * strides[axis]!),
    );
    return result;
  },
  samples: [
    sample([[3], [2], [2]], { axis: 0 }, "bool"),
    sample(
      [
        [3, 5],
        [3, 2],
      ],
      { axis: 1 },
      "i32",
    ),
    sample([[3], [5]], { axis: 0 }),
    sample([[7]], { axis: 0 }),
    sample(
      [
        [3, 5],
        [2, 5],
        [1, 5],
      ],
      { axis: 0 },
    ),
    sample(
      [
        [3, 5],
        [3, 2],
      ],
      { axis: 1 },
    ),
    sample(
      [
        [2, 3, 5],
        [2, 1, 5],
      ],
      { axis: 1 },
    ),
    sample(
      [
        [2, 3, 1, 5],
        [2, 3, 1, 2],
      ],
      { axis: 3 },
    ),
  ],
  example: { operands: [[1, 2], [3]], attributes: { axis: 0 }, result: [1, 2, 3] },
});

function concatType(operands: readonly TensorType[], axis: number): ReturnType<Op["infer"]> {
  const first = operands[0]!;
  if (axis < 0 || axis >= first.shape.length) {
    return { mismatch: `concat: axis ${axis} must lie in 0..${first.shape.length}, got ${list(operands)}` };
  }
  const others = (type: TensorType) => type.shape.filter((_, at) => at !== axis);
  const odd = operands.some(
    (type) => type.shape.length !== first.shape.length || !sameShape(others(type), others(first)),
  );
  if (odd) return { mismatch: `concat along axis ${axis} needs the other sizes to agree, got ${list(operands)}` };
  const total = operands.reduce((sum, type) => sum + type.shape[axis]!, 0);
  return (
    wrongDtype("concat", operands, ["f32", "i32", "u8", "bool"]) ?? {
      ...first,
      shape: first.shape.map((size, at) => (at === axis ? total : size)),
    }
  );
}

/** Where each operand begins along the axis. */
function partStarts(operands: readonly { readonly type: TensorType }[], axis: number): number[] {
  let start = 0;
  return operands.map(({ type }) => {
    const own = start;
    start += type.shape[axis]!;
    return own;
  });
}

function bounds(attributes: Attributes) {
  return {
    starts: integersOf(attributes, "starts"),
    stops: integersOf(attributes, "stops"),
    steps: integersOf(attributes, "steps"),
  };
}

function sample(shapes: readonly (readonly number[])[], attributes: Attributes, dtype: DType = "f32"): Sample {
  return { operands: shapes.map((shape) => ({ dtype, shape })), attributes };
}

export const parts: readonly Op[] = [slice, pad, concat];
