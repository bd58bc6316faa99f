import { expect, test } from "vitest";
import type { ScalarFunction } from "../../compiler/ir/op.ts";
import { instantiate, mapFunction, targets, ulps } from "./harness.ts";

const count = 60_000;
const specials = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  3,
  -3,
  Infinity,
  -Infinity,
  NaN,
  1e-45,
  -1e-45,
  1.17549435e-38,
  3.4028235e38,
  -3.4028235e38,
];

/** Evenly spaced over [low, high], then the special values; rounded to f32. */
function samples(low: number, high: number): Float32Array {
  const values = Float32Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
  values.set(specials, count - specials.length);
  return values;
}

/** Arbitrary bit patterns: every magnitude. */
function patterns(): Float32Array {
  const words = new Uint32Array(count);
  let state = 12345;
  for (let index = 0; index < count; index++) words[index] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return new Float32Array(words.buffer);
}

function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude > 2.5) return Math.sign(x) * (1 - complement(magnitude));
  let term = x;
  let sum = x;
  for (let n = 1; n < 90; n++) sum += (term *= (-x * x) / n) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** erfc by its continued fraction. */
function complement(x: number): number {
  let fraction = 0;
  for (let n = 100; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

function sigmoid(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

const cases: readonly [ScalarFunction, (x: number) => number, number, Float32Array][] = [
  ["exp", Math.exp, 2, samples(-110, 95)],
  ["exp", Math.exp, 2, samples(-1, 1)],
  ["log", Math.log, 2, samples(1e-6, 4)],
  ["log", Math.log, 2, patterns()],
  ["tanh", Math.tanh, 6, samples(-10, 10)],
  ["tanh", Math.tanh, 6, patterns()],
  ["sigmoid", sigmoid, 4, samples(-105, 105)],
  ["sigmoid", sigmoid, 4, samples(-8, 8)],
  ["erf", erf, 4, samples(-5, 5)],
  ["erf", erf, 4, patterns()],
  ["sin", Math.sin, 1, samples(-100_000, 100_000)],
  ["sin", Math.sin, 1, samples(-7, 7)],
  ["cos", Math.cos, 1, samples(-100_000, 100_000)],
  ["cos", Math.cos, 1, samples(-7, 7)],
];

function evaluate(target: (typeof targets)[number], name: ScalarFunction, ...operands: Float32Array[]): Float32Array {
  const map = mapFunction(name, operands.length, count, (values) => ({
    kind: "apply",
    function: name,
    arguments: values,
    type: "f32",
  }));
  const bytes = 4 * count;
  const instance = instantiate(
    [{ function: map, addresses: [64, ...operands.map((_, index) => 64 + (index + 1) * bytes)] }],
    target,
  );
  operands.forEach((operand, index) => instance.floats.set(operand, 16 + (index + 1) * count));
  instance.run();
  return instance.floats.slice(16, 16 + count);
}

for (const target of targets) {
  test.each(cases)(`%s on ${target} is within its bound`, (name, exact, bound, values) => {
    const inside = name === "sin" || name === "cos" ? values.map((x) => (Math.abs(x) < 1e6 ? x : x * 0)) : values;
    const actual = evaluate(target, name, inside);
    let worst = 0;
    let at = 0;
    actual.forEach((value, index) => {
      const error = ulps(value, exact(inside[index]!));
      if (!(error <= worst)) [worst, at] = [error, index];
    });
    expect(worst, `${name}(${inside[at]}) = ${actual[at]}`).toBeLessThanOrEqual(bound);
  });

  test(`sine and cosine of huge arguments stay in [-1, 1] on ${target}`, () => {
    for (const name of ["sin", "cos"] as const) {
      const huge = patterns().map((x) => (Math.abs(x) >= 1e5 ? x : 1e7));
      evaluate(target, name, huge).forEach((value, index) => {
        if (Number.isFinite(huge[index])) expect(Math.abs(value)).toBeLessThanOrEqual(1);
        else expect(value).toBeNaN();
      });
    }
  });

  test(`power on ${target} is within 1 ulp, also of special values`, () => {
    const bases = patterns();
    const exponents = Float32Array.from({ length: count }, (_, index) => ((index * 7919) % 4001) / 100 - 20);
    let next = 0;
    for (const base of [...specials, 0.9, 0.999, 0.95]) {
      for (const exponent of [...specials, 1.5, -1.5, 100, 1000]) {
        bases[next] = base;
        exponents[next++] = exponent;
      }
    }
    for (; next < 30_000; next++) bases[next] = ((next * 31) % 1000) / 300;
    const actual = evaluate(target, "power", bases, exponents);
    actual.forEach((value, index) => {
      const [x, y] = [bases[index]!, exponents[index]!];
      // JavaScript differs from the standard at 1^NaN, 1^inf and (-1)^inf.
      const exact = x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
      expect(ulps(value, exact), `${x} ** ${y} = ${value}`).toBeLessThanOrEqual(1);
    });
  });

  test(`decay by powers is accurate to the last place on ${target}`, () => {
    const bases = new Float32Array(count).fill(0.95);
    const exponents = Float32Array.from({ length: count }, (_, index) => index % 2000);
    const actual = evaluate(target, "power", bases, exponents);
    actual.forEach((value, index) =>
      expect(ulps(value, Math.fround(0.95) ** exponents[index]!)).toBeLessThanOrEqual(1),
    );
  });
}
