/** What the formulas leave open: ties, zeros, NaN, overflow, and gradients that must stay small. */
import { expect, test } from "vitest";
import { Builder } from "../../compiler/ir/builder.ts";
import type { Value } from "../../compiler/ir/program.ts";
import type { DType } from "../../compiler/ir/type.ts";
import * as make from "../../compiler/ops/construct.ts";
import { convert } from "../../compiler/ops/conversion.ts";
import { errorFunction } from "../../compiler/ops/error-function.ts";
import { coreOps } from "../../compiler/ops/registry.ts";
import { contextOf, derivatives, evaluateValue, reachable } from "./evaluate.ts";

/** Inputs holding these vectors, and what a graph over them evaluates to. */
function given(vectors: Record<string, readonly number[]>, dtype: DType = "f32") {
  const build = new Builder(coreOps);
  const types = Object.entries(vectors).map(([name, data]) => [name, { dtype, shape: [data.length] }] as const);
  const values = types.map(([name, type]) => make.input(build, name, type));
  const inputs = new Map(types.map(([name, type]) => [name, { type, data: Float64Array.from(vectors[name]!) }]));
  const run = (value: Value): number[] => [...evaluateValue(value, contextOf(inputs))];
  const slopes = (y: Value, x: Value): number[] => {
    const total = y.type.shape.length === 0 ? y : make.sum(build, y, [0]);
    return run(derivatives(total, [x], build)[0] ?? make.filledLike(build, 0, x));
  };
  return { build, values: values as [Value, Value], run, slopes };
}

test("relu'(0) is 0, relu(NaN) is NaN, and its gradient is one select on the result", () => {
  const { build, values, run, slopes } = given({ x: [-1, 0, 2, NaN] });
  const y = make.maximum(build, values[0], make.filledLike(build, 0, values[0]));
  expect(run(y)).toEqual([0, 0, 2, NaN]);
  expect(slopes(y, values[0])).toEqual([0, 0, 1, 0]);
  const g = make.input(build, "g", y.type);
  const gradient = y.op.gradient!(y, g, build)[0]!;
  expect(gradient.op.name).toBe("where");
  expect(gradient.operands[0]!.op.name).toBe("less");
  expect(gradient.operands[0]!.operands).toContain(y);
});

test("clipping from both sides keeps the gradient strictly inside", () => {
  const { build, values, slopes } = given({ x: [-2, -1, 0.5, 1, 3] });
  const [x] = values;
  const low = make.maximum(build, make.filledLike(build, -1, x), x);
  expect(slopes(make.minimum(build, low, make.filledLike(build, 1, x)), x)).toEqual([0, 0, 1, 0, 0]);
});

test("pointwise maximum and minimum split a tie evenly", () => {
  const { build, values, slopes } = given({ a: [1, 2, 3], b: [3, 2, 1] });
  const [a, b] = values;
  expect(slopes(make.maximum(build, a, b), a)).toEqual([0, 0.5, 1]);
  expect(slopes(make.maximum(build, a, b), b)).toEqual([1, 0.5, 0]);
  expect(slopes(make.minimum(build, a, b), a)).toEqual([1, 0.5, 0]);
  expect(slopes(make.maximum(build, a, a), a)).toEqual([1, 1, 1]);
});

test("a reduction's extreme divides evenly among ties, and propagates NaN", () => {
  const { build, values, run, slopes } = given({ x: [4, 1, 4, 4], y: [1, NaN, 3, 0] });
  const [x, y] = values;
  expect(slopes(make.max(build, x, [0]), x)).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
  expect(run(make.max(build, y, [0]))).toEqual([NaN]);
  expect(run(make.min(build, y, [0]))).toEqual([NaN]);
});

test("power has finite gradients at base 0 and exponent 0, of both orders", () => {
  const { build, values, slopes } = given({ a: [0, 0, 0, 2], b: [0, 1, 2, 0] });
  const [a, b] = values;
  const y = make.power(build, a, b);
  expect(slopes(y, a)).toEqual([0, 1, 0, 0]);
  expect(slopes(y, b)).toEqual([0, 0, 0, Math.log(2)]);
  const first = derivatives(make.sum(build, y, [0]), [a], build)[0]!;
  expect(slopes(first, a)).toEqual([0, 0, 2, 0]);
});

test("power with a constant exponent asks for no logarithm", () => {
  const { build, values } = given({ a: [1, 2, 3] });
  const y = make.power(build, values[0], make.filledLike(build, 3, values[0]));
  const parts = y.op.gradient!(y, make.filledLike(build, 1, y), build);
  expect(parts[1]).toBeUndefined();
  expect(reachable(parts[0]!).map((value) => value.op.name)).not.toContain("log");
});

test("stop_gradient passes the value and no cotangent", () => {
  const { build, values, run, slopes } = given({ x: [2, 3] });
  const [x] = values;
  const y = make.multiply(build, x, make.stopGradient(build, x));
  expect(run(y)).toEqual([4, 9]);
  expect(slopes(y, x)).toEqual([2, 3]);
});

test("i32 arithmetic wraps around", () => {
  const { build, values, run } = given({ a: [2 ** 31 - 1, -(2 ** 31), 65537], b: [1, 1, 65537] }, "i32");
  const [a, b] = values;
  expect(run(make.add(build, a, b))).toEqual([-(2 ** 31), -(2 ** 31) + 1, 131074]);
  expect(run(make.subtract(build, a, b))).toEqual([2 ** 31 - 2, 2 ** 31 - 1, 0]);
  expect(run(make.multiply(build, b, b))).toEqual([1, 1, 131073]);
  expect(run(make.negate(build, a))).toEqual([-(2 ** 31) + 1, -(2 ** 31), -65537]);
  expect(run(make.absolute(build, a))).toEqual([2 ** 31 - 1, -(2 ** 31), 65537]);
  expect(run(make.sum(build, a, [0]))).toEqual([65536]);
});

test("casts truncate, saturate, and take NaN to 0", () => {
  const to = (dtype: DType, ...elements: number[]) => elements.map((element) => convert(element, dtype));
  expect(to("i32", 1.9, -1.9, 1e10, -1e10, NaN, -0.5)).toEqual([1, -1, 2 ** 31 - 1, -(2 ** 31), 0, 0]);
  expect(to("u8", 1.9, -1, 300, NaN)).toEqual([1, 0, 255, 0]);
  expect(to("bool", 0, -0, 0.5, NaN)).toEqual([0, 0, 1, 1]);
});

test("the slice gradient with a step puts zeros between and behind", () => {
  const { build, values, slopes } = given({ x: [1, 2, 3, 4, 5, 6, 7, 8] });
  expect(slopes(make.slice(build, values[0], [1], [8], [3]), values[0])).toEqual([0, 1, 0, 0, 1, 0, 0, 1]);
});

test.each([
  [0, 0],
  [1e-300, 1.1283791670955125e-300],
  [1e-8, 1.1283791670955126e-8],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.7, 0.9837904585907745],
  [2, 0.9953222650189527],
  [2.4999, 0.9995928300996666],
  [2.5, 0.999593047982555],
  [3, 0.9999779095030014],
  [4.2, 0.9999999971445058],
  [5.9, 1],
  [6.5, 1],
  [Infinity, 1],
])("erf(%d) is %d, and odd", (x, expected) => {
  expect(Math.abs(errorFunction(x) - expected)).toBeLessThanOrEqual(1e-15 * Math.max(expected, Number.MIN_VALUE));
  expect(errorFunction(-x)).toBe(-errorFunction(x));
});

test("erf of NaN is NaN", () => expect(errorFunction(NaN)).toBeNaN());
