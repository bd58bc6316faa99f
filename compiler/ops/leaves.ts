/**
 * Ops without operands: what the caller supplies, what outlives a call, clocks, constants and indices.
 */
import { InvariantError } from "../ir/builder.ts";
import type { ClockName, Op, ReferenceTensor } from "../ir/op.ts";
import type { Attributes } from "../ir/program.ts";
import { elementCount, sameType, stridesOf, typeText, type TensorType } from "../ir/type.ts";
import { defineOp, dtypeOf, integersOf, numberOf, stringOf } from "./define.ts";
import { wrongSizes } from "./type-rules.ts";

const clocks: readonly string[] = ["step", "epoch", "rows"] satisfies ClockName[];

const input: Op = defineOp({
  name: "input",
  summary: "the tensor that the caller supplies under this name",
  operands: [],
  attributes: { name: "string", dtype: "dtype", shape: "integers" },
  infer: (_, attributes) => wrongSizes("input", integersOf(attributes, "shape")) ?? declaredType(attributes),
  meaning: (value) => ({ kind: "input", name: stringOf(value.attributes, "name") }),
  evaluate: (value, _, context) => supplied("input", value.attributes, context.inputs),
  samples: [
    { operands: [], attributes: { name: "x", dtype: "f32", shape: [3, 5] } },
    { operands: [], attributes: { name: "label", dtype: "i32", shape: [7] } },
    { operands: [], attributes: { name: "image", dtype: "u8", shape: [2, 3, 3] } },
  ],
});

const storage: Op = defineOp({
  name: "storage",
  summary: "the tensor of this name that outlives a call, as it was before the call",
  operands: [],
  attributes: { name: "string", dtype: "dtype", shape: "integers" },
  infer: (_, attributes) => wrongSizes("storage", integersOf(attributes, "shape")) ?? declaredType(attributes),
  meaning: (value) => ({ kind: "storage", name: stringOf(value.attributes, "name") }),
  evaluate: (value, _, context) => supplied("storage", value.attributes, context.storages),
  samples: [
    { operands: [], attributes: { name: "net.weight", dtype: "f32", shape: [5, 3] } },
    { operands: [], attributes: { name: "count", dtype: "i32", shape: [] } },
  ],
});

const clock: Op = defineOp({
  name: "clock",
  summary: "step (from 1), epoch (from 0) or rows (real rows of the batch), as an i32 scalar",
  operands: [],
  attributes: { clock: "string" },
  infer(_, attributes) {
    const name = stringOf(attributes, "clock");
    return clocks.includes(name)
      ? { dtype: "i32", shape: [] }
      : { mismatch: `clock must be one of ${clocks.join(", ")}, got ${name}` };
  },
  meaning: (value) => ({ kind: "clock", clock: stringOf(value.attributes, "clock") as ClockName }),
  evaluate: (value, _, context) => Float64Array.of(context.clocks[stringOf(value.attributes, "clock") as ClockName]),
  samples: clocks.map((name) => ({ operands: [], attributes: { clock: name } })),
});

const constant: Op = defineOp({
  name: "constant",
  summary: "a scalar known at compile time",
  operands: [],
  attributes: { value: "number", dtype: "dtype" },
  infer: (_, attributes) => ({ dtype: dtypeOf(attributes), shape: [] }),
  meaning: (value) => ({
    kind: "pointwise",
    expression: { kind: "constant", value: numberOf(value.attributes, "value"), dtype: value.type.dtype },
  }),
  evaluate: (value) => Float64Array.of(numberOf(value.attributes, "value")),
  samples: [
    { operands: [], attributes: { value: 0.1, dtype: "f32" } },
    { operands: [], attributes: { value: -7, dtype: "i32" } },
    { operands: [], attributes: { value: 200, dtype: "u8" } },
    { operands: [], attributes: { value: 1, dtype: "bool" } },
  ],
  example: { operands: [], attributes: { value: 2.5, dtype: "f32" }, result: 2.5 },
});

const iota: Op = defineOp({
  name: "iota",
  summary: "the index along one axis at every position, as i32",
  operands: [],
  attributes: { shape: "integers", axis: "integer" },
  infer(_, attributes) {
    const shape = integersOf(attributes, "shape");
    const axis = numberOf(attributes, "axis");
    if (axis < 0 || axis >= shape.length) {
      return { mismatch: `iota: axis ${axis} must lie in 0..${shape.length} of the shape [${shape.join(", ")}]` };
    }
    return wrongSizes("iota", shape) ?? { dtype: "i32", shape };
  },
  meaning: (value) => ({ kind: "pointwise", expression: { kind: "index", axis: numberOf(value.attributes, "axis") } }),
  evaluate(value) {
    const { shape } = value.type;
    const axis = numberOf(value.attributes, "axis");
    const stride = stridesOf(shape)[axis]!;
    return Float64Array.from({ length: elementCount(shape) }, (_, at) => Math.floor(at / stride) % shape[axis]!);
  },
  samples: [
    { operands: [], attributes: { shape: [7], axis: 0 } },
    { operands: [], attributes: { shape: [3, 5], axis: 0 } },
    { operands: [], attributes: { shape: [3, 5], axis: 1 } },
    { operands: [], attributes: { shape: [2, 1, 3], axis: 2 } },
  ],
  example: {
    operands: [],
    attributes: { shape: [2, 3], axis: 1 },
    result: [
      [0, 1, 2],
      [0, 1, 2],
    ],
  },
});

function declaredType(attributes: Attributes): TensorType {
  return { dtype: dtypeOf(attributes), shape: integersOf(attributes, "shape") };
}

function supplied(kind: string, attributes: Attributes, tensors: ReadonlyMap<string, ReferenceTensor>): Float64Array {
  const name = stringOf(attributes, "name");
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new InvariantError(`the ${kind} ${name} was not supplied`);
  const declared = declaredType(attributes);
  if (!sameType(tensor.type, declared)) {
    throw new InvariantError(`the ${kind} ${name} is ${typeText(declared)}, supplied was ${typeText(tensor.type)}`);
  }
  return tensor.data;
}

export const leaves: readonly Op[] = [input, storage, clock, constant, iota];
