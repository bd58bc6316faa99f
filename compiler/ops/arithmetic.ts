/**
 * Pointwise ops of two operands with one type: arithmetic of f32, and of i32 with wrap-around.
 */
import type { Builder } from "../ir/builder.ts";
import type { Op } from "../ir/op.ts";
import type { Value } from "../ir/program.ts";
import * as make from "./construct.ts";
import { fewShapes, pointwise, sameTypes, samplesOf } from "./pointwise.ts";

const numbers = ["f32", "i32"] as const;
const pair = ["left", "right"] as const;
const integerSamples = samplesOf(2, { dtype: "i32" }, fewShapes);

/** d(a + b) = da + db */
const add: Op = pointwise({
  name: "add",
  function: "add",
  summary: "left + right; i32 wraps around",
  operands: pair,
  infer: sameTypes("add", numbers),
  compute: (a, b) => a + b,
  computeInteger: (a, b) => (a + b) | 0,
  gradient: (_, g) => [g, g],
  samples: [...samplesOf(2), ...integerSamples],
  example: {
    operands: [
      [1, 2],
      [10, 20],
    ],
    result: [11, 22],
  },
});

/** d(a - b) = da - db */
const subtract: Op = pointwise({
  name: "subtract",
  function: "subtract",
  summary: "left - right; i32 wraps around",
  operands: pair,
  infer: sameTypes("subtract", numbers),
  compute: (a, b) => a - b,
  computeInteger: (a, b) => (a - b) | 0,
  gradient: (_, g, build) => [g, make.negate(build, g)],
  samples: [...samplesOf(2), ...integerSamples],
  example: {
    operands: [
      [1, 2],
      [10, 5],
    ],
    result: [-9, -3],
  },
});

/** d(ab) = b da + a db */
const multiply: Op = pointwise({
  name: "multiply",
  function: "multiply",
  summary: "left * right; i32 wraps around",
  operands: pair,
  infer: sameTypes("multiply", numbers),
  compute: (a, b) => a * b,
  computeInteger: Math.imul,
  gradient(value, g, build) {
    const [left, right] = pairOf(value);
    return [make.multiply(build, g, right), make.multiply(build, g, left)];
  },
  samples: [...samplesOf(2), ...integerSamples],
  example: {
    operands: [
      [2, 3],
      [10, -5],
    ],
    result: [20, -15],
  },
});

/** d(a / b) = da / b - (a / b) db / b */
const divide: Op = pointwise({
  name: "divide",
  function: "divide",
  summary: "left / right; by zero gives an infinity or NaN",
  operands: pair,
  infer: sameTypes("divide", ["f32"]),
  compute: (a, b) => a / b,
  gradient(value, g, build) {
    const [, right] = pairOf(value);
    const quotient = make.divide(build, g, right);
    return [quotient, make.negate(build, make.multiply(build, quotient, value))];
  },
  samples: samplesOf(2, { range: [0.5, 3] }),
  example: {
    operands: [
      [1, 6],
      [4, -3],
    ],
    result: [0.25, -2],
  },
});

/** Flows to the smaller operand; see `extremeGradient` for ties. */
const minimum: Op = pointwise({
  name: "minimum",
  function: "minimum",
  summary: "the smaller of two; NaN if either is NaN",
  operands: pair,
  infer: sameTypes("minimum", numbers),
  compute: Math.min,
  gradient: (value, g, build) => extremeGradient(value, g, build, (a, b) => make.less(build, a, b)),
  samples: [...samplesOf(2), ...integerSamples],
  example: {
    operands: [
      [1, 6],
      [4, -3],
    ],
    result: [1, -3],
  },
});

/** Flows to the larger operand; see `extremeGradient` for ties. */
const maximum: Op = pointwise({
  name: "maximum",
  function: "maximum",
  summary: "the larger of two; NaN if either is NaN",
  operands: pair,
  infer: sameTypes("maximum", numbers),
  compute: Math.max,
  gradient: (value, g, build) => extremeGradient(value, g, build, (a, b) => make.less(build, b, a)),
  samples: [...samplesOf(2), ...integerSamples],
  example: {
    operands: [
      [1, 6],
      [4, -3],
    ],
    result: [4, 6],
  },
});

/** ∂aᵇ/∂a = b a^(b-1), 0 where b = 0; ∂aᵇ/∂b = aᵇ log a, 0 where a <= 0. */
const power: Op = pointwise({
  name: "power",
  function: "power",
  summary: "left to the power right; NaN for a negative left with a fractional right",
  operands: ["base", "exponent"],
  infer: sameTypes("power", ["f32"]),
  compute: (a, b) => a ** b,
  gradient(value, g, build) {
    const [base, exponent] = pairOf(value);
    const constant = make.constantOf(exponent);
    if (constant !== undefined) {
      if (constant === 0) return [undefined, undefined];
      const slope = make.power(build, base, make.filledLike(build, constant - 1, exponent));
      return [make.multiply(build, g, make.scale(build, slope, constant)), undefined];
    }
    return [powerByBase(base, exponent, g, build), powerByExponent(value, g, build)];
  },
  samples: samplesOf(2, { range: [0.3, 2.5] }),
  example: {
    operands: [
      [2, 9],
      [3, 0.5],
    ],
    result: [8, 3],
  },
});

/** Where b = 0 the exponent b - 1 is replaced by 0, so that a = 0 gives 0 · 1 and not 0 · ∞, at every order. */
function powerByBase(base: Value, exponent: Value, g: Value, build: Builder): Value {
  const zero = make.filledLike(build, 0, exponent);
  const one = make.filledLike(build, 1, exponent);
  const nonzero = make.where(build, make.equal(build, exponent, zero), one, exponent);
  const slope = make.power(build, base, make.subtract(build, nonzero, one));
  return make.multiply(build, g, make.multiply(build, exponent, slope));
}

function powerByExponent(value: Value, g: Value, build: Builder): Value {
  const [base] = pairOf(value);
  const zero = make.filledLike(build, 0, base);
  const positive = make.less(build, zero, base);
  const safe = make.where(build, positive, base, make.filledLike(build, 1, base));
  const slope = make.multiply(build, value, make.log(build, safe));
  return make.where(build, positive, make.multiply(build, g, slope), zero);
}

/**
 * The cotangent goes to the operand that wins; a tie is split evenly, except that a constant takes a tie whole, so
 * that relu'(0) = 0. Against a constant the winner is read off the result, which is kept anyway: max(x, c) > c.
 */
function extremeGradient(
  value: Value,
  g: Value,
  build: Builder,
  wins: (a: Value, b: Value) => Value,
): readonly (Value | undefined)[] {
  const [left, right] = pairOf(value);
  const zero = make.filledLike(build, 0, g);
  const leftConstant = make.constantOf(left) !== undefined;
  const rightConstant = make.constantOf(right) !== undefined;
  if (leftConstant || rightConstant) {
    const toLeft = rightConstant && !leftConstant ? make.where(build, wins(value, right), g, zero) : undefined;
    const toRight = leftConstant && !rightConstant ? make.where(build, wins(value, left), g, zero) : undefined;
    return [toLeft, toRight];
  }
  const half = make.where(build, make.equal(build, left, right), make.scale(build, g, 0.5), zero);
  return [make.where(build, wins(left, right), g, half), make.where(build, wins(right, left), g, half)];
}

function pairOf(value: Value): readonly [Value, Value] {
  return [value.operands[0]!, value.operands[1]!];
}

export const arithmetic: readonly Op[] = [add, subtract, multiply, divide, minimum, maximum, power];
