/** Meanings, which the kernels are made from, against the reference evaluation, through interpreters of their own. */
import { expect, test } from "vitest";
import type { Meaning, ReferenceTensor, ScalarExpression, ScalarFunction } from "../../compiler/ir/op.ts";
import type { Value } from "../../compiler/ir/program.ts";
import { elementCount, stridesOf, typeText } from "../../compiler/ir/type.ts";
import { convert } from "../../compiler/ops/conversion.ts";
import { errorFunction } from "../../compiler/ops/error-function.ts";
import { coreOps } from "../../compiler/ops/registry.ts";
import { apply, evaluateValue } from "./evaluate.ts";

const cases = [...coreOps.values()]
  .filter((op) => op.name !== "gradient")
  .flatMap((op) => op.samples.map((sample) => [op.name, sample] as const))
  .filter(([name, sample]) =>
    ["pointwise", "view", "reshape"].includes(apply(name, sample).value.op.meaning(apply(name, sample).value).kind),
  );

test.each(
  cases.map(([name, sample]) => [`${name}(${sample.operands.map(typeText).join(", ")})`, name, sample] as const),
)("%s", (_, name, sample) => {
  const { value, context } = apply(name, sample);
  const operands = value.operands.map((operand) => context.inputs.get(operand.attributes["name"] as string)!);
  expect([...interpret(value, operands)]).toEqual([...evaluateValue(value, context)]);
});

function interpret(value: Value, operands: readonly ReferenceTensor[]): Float64Array {
  const meaning = value.op.meaning(value);
  const positions = Array.from({ length: elementCount(value.type.shape) }, (_, at) => indexOf(at, value.type.shape));
  switch (meaning.kind) {
    case "pointwise":
      return Float64Array.from(positions, (index, at) => scalar(meaning.expression, at, index, operands));
    case "view":
      return Float64Array.from(positions, (index) => viewElement(meaning, index, operands));
    case "reshape":
      return operands[0]!.data;
    default:
      throw new Error(`${meaning.kind} is not interpreted here`);
  }
}

function viewElement(
  view: Extract<Meaning, { kind: "view" }>,
  index: readonly number[],
  operands: readonly ReferenceTensor[],
): number {
  const found = view.pieces.flatMap((piece) => {
    const { type, data } = operands[piece.operand]!;
    const strides = stridesOf(type.shape);
    const reads = piece.axes.map((read) => read.offset + (read.from === undefined ? 0 : read.step * index[read.from]!));
    const inside = reads.every((read, axis) => read >= 0 && read < type.shape[axis]!);
    return inside ? [data[reads.reduce((total, read, axis) => total + read * strides[axis]!, 0)]!] : [];
  });
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0] ?? view.fill;
}

function scalar(
  expression: ScalarExpression,
  at: number,
  index: readonly number[],
  operands: readonly ReferenceTensor[],
): number {
  switch (expression.kind) {
    case "operand":
      return operands[expression.operand]!.data[at]!;
    case "constant":
      return expression.value;
    case "index":
      return index[expression.axis]!;
    case "apply": {
      const given = expression.arguments.map((argument) => scalar(argument, at, index, operands));
      if (expression.function === "convert") return convert(given[0]!, expression.dtype);
      const result = Number(functions[expression.function](given[0]!, given[1]!, given[2]!));
      return expression.dtype === "i32" ? result | 0 : result;
    }
  }
}

const functions: Record<Exclude<ScalarFunction, "convert">, (a: number, b: number, c: number) => number | boolean> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  negate: (a) => -a,
  minimum: (a, b) => Math.min(a, b),
  maximum: (a, b) => Math.max(a, b),
  power: (a, b) => a ** b,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  erf: errorFunction,
  sin: Math.sin,
  cos: Math.cos,
  absolute: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  and: (a, b) => a !== 0 && b !== 0,
  or: (a, b) => a !== 0 || b !== 0,
  not: (a) => a === 0,
  select: (a, b, c) => (a !== 0 ? b : c),
};

function indexOf(at: number, shape: readonly number[]): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % shape[axis]!);
}
