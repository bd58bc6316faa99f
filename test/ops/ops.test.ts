/** Every op on every sample: type rule against evaluation, example, gradient and second derivative. */
import { describe, expect, test } from "vitest";
import { Builder } from "../../compiler/ir/builder.ts";
import type { Example, Nested, Op, Sample } from "../../compiler/ir/op.ts";
import { elementCount, type DType, typeText } from "../../compiler/ir/type.ts";
import * as make from "../../compiler/ops/construct.ts";
import { coreOps } from "../../compiler/ops/registry.ts";
import { expectClose } from "./close.ts";
import { apply, centralDifferences, contextOf, derivatives, evaluateValue, weighted } from "./evaluate.ts";

const evaluated = [...coreOps.values()].filter((op) => op.name !== "gradient");

describe.each(evaluated.map((op) => [op.name, op] as const))("%s", (name, op) => {
  test.each(samplesOf(op))("%s: evaluation fills the inferred type", (_, sample) => {
    const { value, context } = apply(name, sample);
    const data = evaluateValue(value, context);
    expect(data).toHaveLength(elementCount(value.type.shape));
    expect([...data].filter((element) => !holds(element, value.type.dtype))).toEqual([]);
  });

  test("its example holds", () => {
    if (op.example === undefined) return expect(op.operands).toHaveLength(0);
    const { value, data } = evaluateExample(op, op.example);
    expect(value.type.shape).toEqual(shapeOf(op.example.result));
    expectClose(data, flatten(op.example.result), 1e-14);
  });

  test("says why no gradient flows, or has one", () => {
    if (op.gradient === undefined && op.operands.length > 0) expect(op.cutsGradient).toBeTruthy();
    else expect(op.summary).toBeTruthy();
  });

  const differentiable = samplesOf(op).filter(([, sample]) => hasGradient(op, sample));
  if (differentiable.length === 0) return;

  test.each(differentiable)("%s: gradient is the central difference", (_, sample) => {
    const { build, operands, value, context } = apply(name, sample);
    const y = weighted(value, build);
    const found = derivatives(y, operands, build);
    sample.operands.forEach((type, k) => {
      if (type.dtype !== "f32") return expect(found[k]).toBeUndefined();
      expect(found[k]?.type).toEqual(type);
      expectClose(evaluateValue(found[k]!, context), centralDifferences(y, `x${k}`, context), 1e-7);
    });
  });

  test.each(differentiable)("%s: the gradient's gradient is the central difference", (_, sample) => {
    const { build, operands, value, context } = apply(name, sample);
    const first = derivatives(weighted(value, build), operands, build).filter((part) => part !== undefined);
    const y = first.map((part, k) => weighted(part, build, 20 + k)).reduce((a, b) => make.add(build, a, b));
    const second = derivatives(y, operands, build);
    sample.operands.forEach((type, k) => {
      if (type.dtype !== "f32") return;
      const analytic = second[k] === undefined ? undefined : evaluateValue(second[k], context);
      const expected = centralDifferences(y, `x${k}`, context);
      expectClose(analytic ?? new Float64Array(expected.length), expected, 1e-6);
    });
  });
});

test("the samples of every op with f32 operands include rank 0 or 1 and sizes that are not multiples of four", () => {
  for (const op of evaluated) {
    const counts = op.samples.flatMap((sample) => sample.operands.map((type) => elementCount(type.shape)));
    if (counts.length === 0) continue;
    expect(op.samples.length, op.name).toBeGreaterThanOrEqual(5);
    expect(
      counts.some((count) => count > 4 && count % 4 !== 0),
      op.name,
    ).toBe(true);
  }
});

function samplesOf(op: Op): [string, Sample][] {
  return op.samples.map((sample) => {
    const operands = sample.operands.map(typeText).join(", ");
    return [`${operands} ${JSON.stringify(sample.attributes ?? {})}`, sample];
  });
}

function hasGradient(op: Op, sample: Sample): boolean {
  if (op.gradient === undefined || sample.skipGradient === true) return false;
  const result = op.infer(sample.operands, sample.attributes ?? {});
  const floats = sample.operands.some((type) => type.dtype === "f32");
  return floats && "dtype" in result && result.dtype === "f32";
}

function holds(element: number, dtype: DType): boolean {
  switch (dtype) {
    case "f32":
      return Number.isFinite(element);
    case "i32":
      return Object.is(element, element | 0);
    case "u8":
      return Number.isInteger(element) && element >= 0 && element <= 255;
    case "bool":
      return element === 0 || element === 1;
  }
}

function evaluateExample(op: Op, example: Example) {
  const build = new Builder(coreOps);
  const types = example.operands.map((nested, k) => ({
    dtype: example.dtypes?.[k] ?? ("f32" as const),
    shape: shapeOf(nested),
  }));
  const operands = types.map((type, k) => make.input(build, `x${k}`, type));
  const inputs = new Map(
    example.operands.map((nested, k) => [`x${k}`, { type: types[k]!, data: Float64Array.from(flatten(nested)) }]),
  );
  const value = build.make(op.name, operands, example.attributes ?? {});
  return { value, data: evaluateValue(value, contextOf(inputs)) };
}

function shapeOf(nested: Nested): number[] {
  return typeof nested === "number" ? [] : [nested.length, ...shapeOf(nested[0]!)];
}

function flatten(nested: Nested): number[] {
  return typeof nested === "number" ? [nested] : nested.flatMap(flatten);
}
