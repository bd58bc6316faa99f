/** Gradients: a golden of a lecture's example, properties against central differences, nesting and size. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Builder } from "../../compiler/ir/builder.ts";
import type { ReferenceContext } from "../../compiler/ir/op.ts";
import { printProgram } from "../../compiler/ir/print.ts";
import type { Unit, Value } from "../../compiler/ir/program.ts";
import { evaluate } from "../../compiler/ir/reference.ts";
import { rootsOfUnit, topological } from "../../compiler/ir/walk.ts";
import * as make from "../../compiler/ops/construct.ts";
import { coreOps } from "../../compiler/ops/registry.ts";
import { differentiate } from "../../compiler/phases/2-differentiate/differentiate.ts";
import { randomPrograms } from "../ir/random-program.ts";
import { weighted } from "../ops/evaluate.ts";

const scalar = { dtype: "f32", shape: [] } as const;

function unitOf(values: readonly Value[]): Unit {
  const results = values.map((value, k) => ({ kind: "output" as const, name: `y${k}`, value }));
  const header = { name: "u", sizes: {}, batch: undefined, epochs: 1, seed: 1, data: undefined };
  return { ...header, inputs: [], storages: [], programs: [{ name: "train", results }] };
}

/** The values with their placeholders expanded. */
function expanded(values: readonly Value[], build: Builder): Value[] {
  return rootsOfUnit(differentiate(unitOf(values), build));
}

function scalars(values: Record<string, number>): ReferenceContext {
  const inputs = Object.entries(values).map(
    ([name, value]) => [name, { type: scalar, data: Float64Array.of(value) }] as const,
  );
  return { inputs: new Map(inputs), storages: new Map(), clocks: { step: 1, epoch: 0, rows: 1 }, seed: 1 };
}

test("(w x + b - y)²: the lecture's graph with its backward half", () => {
  const build = new Builder(coreOps);
  const source = { name: "line.nn", text: "(w * x + b - y) ^ 2" };
  const at = (start: number, end: number) =>
    (build.origin = { kind: "source", span: { source, start, end }, trail: [] });
  at(0, 19);
  const [w, x, b, y] = ["w", "x", "b", "y"].map((name) => make.input(build, name, scalar)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  at(1, 6);
  const product = make.multiply(build, w, x);
  at(1, 10);
  const line = make.add(build, product, b);
  at(1, 14);
  const error = make.subtract(build, line, y);
  at(0, 19);
  const loss = make.multiply(build, error, error);
  const unit = unitOf([loss, make.gradient(build, loss, w), make.gradient(build, loss, b)]);
  expect(printProgram(differentiate(unit, build).programs[0]!)).toBe(`train {
  %w: f32 = input()  # line.nn:1:1
  %x: f32 = input()  # line.nn:1:1
  %0: f32 = multiply(%w, %x)  # line.nn:1:2
  %b: f32 = input()  # line.nn:1:1
  %1: f32 = add(%0, %b)  # line.nn:1:2
  %y: f32 = input()  # line.nn:1:1
  %2: f32 = subtract(%1, %y)  # line.nn:1:2
  %3: f32 = multiply(%2, %2)  # line.nn:1:1
  %4: f32 = constant() {value=1}  # line.nn:1:1 by differentiate
  %5: f32 = multiply(%4, %2)  # line.nn:1:1 by differentiate
  %6: f32 = add(%5, %5)  # line.nn:1:1 by differentiate
  %7: f32 = multiply(%6, %x)  # line.nn:1:2 by differentiate
  output y0 = %3
  output y1 = %7
  output y2 = %6
}
`);
});

test("a unit without placeholders is returned as it is", () => {
  const build = new Builder(coreOps);
  const unit = unitOf([make.exp(build, make.input(build, "x", scalar))]);
  expect(differentiate(unit, build)).toBe(unit);
});

test("where nothing flows the gradient is zeros", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", { dtype: "f32", shape: [3] });
  const z = make.input(build, "z", { dtype: "f32", shape: [2] });
  const y = make.sum(build, make.floor(build, x), [0]);
  const stopped = make.sum(build, make.stopGradient(build, x), [0]);
  const found = expanded(
    [make.gradient(build, y, x), make.gradient(build, y, z), make.gradient(build, stopped, x)],
    build,
  );
  const [zero3, zero2] = [make.filled(build, 0, [3]), make.filled(build, 0, [2])];
  expect(found).toEqual([zero3, zero2, zero3]);
});

test("a scalar by itself is one, and by a value on the way is what flows through it", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  const h = make.multiply(build, x, make.constant(build, 3));
  const y = make.multiply(build, h, h);
  const found = expanded(
    [y, h, x].map((by) => make.gradient(build, y, by)),
    build,
  );
  const numbers = evaluate(found, scalars({ x: 2 })).map(({ data }) => data[0]);
  expect(numbers).toEqual([1, 12, 36]);
});

test("third derivatives nest, and a gradient penalty differentiates through the gradient", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  let y = make.multiply(build, make.multiply(build, x, x), make.sin(build, x));
  const orders: Value[] = [];
  for (let order = 1; order <= 3; order++) orders.push((y = make.gradient(build, y, x)));
  const f = make.exp(build, x);
  const slope = make.gradient(build, f, x);
  const penalty = make.gradient(build, make.add(build, f, make.multiply(build, slope, slope)), x);
  const at = 0.7;
  const [s, c] = [Math.sin(at), Math.cos(at)];
  const expected = [
    2 * at * s + at * at * c,
    2 * s + 4 * at * c - at * at * s,
    6 * c - 6 * at * s - at * at * c,
    Math.exp(at) + 2 * Math.exp(2 * at),
  ];
  const found = evaluate(expanded([...orders, penalty], build), scalars({ x: at })).map(({ data }) => data[0]!);
  found.forEach((number, k) => expect(number).toBeCloseTo(expected[k]!, 12));
});

test("all gradients of one loss share one sweep, linear in depth", () => {
  const build = new Builder(coreOps);
  const depth = 2000;
  const weights = Array.from({ length: depth }, (_, k) => make.storage(build, `w${k}`, scalar));
  let h = make.input(build, "x", scalar);
  for (const w of weights) h = make.tanh(build, make.multiply(build, h, w));
  const found = expanded(
    weights.map((w) => make.gradient(build, h, w)),
    build,
  );
  // Per layer: multiply and tanh; 1 - h², its two parts' products with the cotangent, and one product per operand.
  expect(topological(found).length).toBeLessThan(10 * depth);
});

test("only what lies between x and y is visited", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  let below = make.exp(build, x);
  for (let k = 0; k < 50; k++) below = make.sin(build, below);
  const h = make.stopGradient(build, below);
  const y = make.multiply(build, make.exp(build, h), make.cos(build, below));
  const before = topological([y]).length;
  const [found] = expanded([make.gradient(build, y, make.exp(build, h))], build);
  expect(topological([found!])).not.toContain(make.exp(build, h));
  expect(topological([y, found!]).length).toBeLessThan(before + 3);
});

/** ∂y/∂(input) at one element by central differences; undefined at a kink, and where the steps are too wide. */
function difference(y: Value, name: string, element: number, context: ReferenceContext): number | undefined {
  const tensor = context.inputs.get(name)!;
  const at = (shift: number): number => {
    const data = tensor.data.slice();
    data[element]! += shift;
    const inputs = new Map(context.inputs).set(name, { type: tensor.type, data });
    return evaluate([y], { ...context, inputs })[0]!.data[0]!;
  };
  const middle = at(0);
  const sides = (step: number) => {
    const [low, high] = [at(-step), at(step)];
    return { slope: (high - low) / (2 * step), gap: Math.abs(high - 2 * middle + low) / step };
  };
  const [wide, narrow] = [sides(2e-5), sides(1e-5)];
  const slope = (4 * narrow.slope - wide.slope) / 3;
  const scale = 1e-5 * (1 + Math.abs(slope));
  // The sides of a smooth function approach each other as fast as the step shrinks.
  const kink = wide.gap > scale && !(narrow.gap < 0.7 * wide.gap);
  return kink || !(Math.abs(narrow.slope - wide.slope) < 10 * scale) ? undefined : slope;
}

function agree(y: Value, gradients: ReadonlyMap<string, Value>, context: ReferenceContext, tolerance: number) {
  const tally = { compared: 0, kinks: 0 };
  for (const [name, gradient] of gradients) {
    const { data } = evaluate([gradient], context)[0]!;
    for (let element = 0; element < Math.min(4, data.length); element++) {
      const expected = difference(y, name, element, context);
      if (expected === undefined) {
        tally.kinks++;
        continue;
      }
      tally.compared++;
      const error = Math.abs(data[element]! - expected);
      expect(error, `${name}[${element}]: ${data[element]} against ${expected}`).toBeLessThanOrEqual(
        tolerance * (1 + Math.abs(expected)),
      );
    }
  }
  return tally;
}

/** Each result weighed and all added up; tanh keeps second derivatives moderate. */
function total(values: readonly Value[], build: Builder): Value {
  return values.map((value, k) => weighted(make.sin(build, value), build, k)).reduce((a, b) => make.add(build, a, b));
}

function inputsOf(context: ReferenceContext, build: Builder): [string, Value][] {
  return [...context.inputs].map(([name, { type }]) => [name, make.input(build, name, type)]);
}

test("gradients of random smooth programs are central differences", () => {
  const sums = { compared: 0, kinks: 0 };
  fc.assert(
    fc.property(randomPrograms({ smooth: true, steps: 12 }), ({ program, build, context }) => {
      const y = total(
        program.results.map(({ value }) => value),
        build,
      );
      const inputs = inputsOf(context, build);
      const found = expanded(
        inputs.map(([, x]) => make.gradient(build, y, x)),
        build,
      );
      const tally = agree(y, new Map(inputs.map(([name], k) => [name, found[k]!])), context, 1e-5);
      sums.compared += tally.compared;
      sums.kinks += tally.kinks;
    }),
    { numRuns: 150, seed: 4 },
  );
  expect(sums.compared).toBeGreaterThan(5 * sums.kinks);
});

test("second derivatives of random smooth programs are central differences of the first", () => {
  const sums = { compared: 0, kinks: 0 };
  fc.assert(
    fc.property(randomPrograms({ smooth: true, steps: 8 }), ({ program, build, context }) => {
      const y = total(
        program.results.map(({ value }) => value),
        build,
      );
      const inputs = inputsOf(context, build);
      const slopes = total(
        inputs.map(([, x]) => make.gradient(build, y, x)),
        build,
      );
      const [first, ...found] = expanded([slopes, ...inputs.map(([, x]) => make.gradient(build, slopes, x))], build);
      const tally = agree(first!, new Map(inputs.map(([name], k) => [name, found[k]!])), context, 1e-3);
      sums.compared += tally.compared;
      sums.kinks += tally.kinks;
    }),
    { numRuns: 80, seed: 5 },
  );
  expect(sums.compared).toBeGreaterThan(2 * sums.kinks);
});
