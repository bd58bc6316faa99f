/**
 * Pointwise functions of one f32 operand; negate, absolute and sign also take i32.
 */
import type { Op, Sample } from "../ir/op.ts";
import type { Value } from "../ir/program.ts";
import * as make from "./construct.ts";
import { errorFunction } from "./error-function.ts";
import { fewShapes, pointwise, sameTypes, samplesOf } from "./pointwise.ts";

const float = ["f32"] as const;
const numbers = ["f32", "i32"] as const;
const integerSamples: readonly Sample[] = samplesOf(1, { dtype: "i32" }, fewShapes);

/** d(-x) = -dx */
const negate: Op = pointwise({
  name: "negate",
  function: "negate",
  summary: "-x; i32 wraps around",
  operands: ["x"],
  infer: sameTypes("negate", numbers),
  compute: (x) => -x,
  computeInteger: (x) => -x | 0,
  gradient: (_, g, build) => [make.negate(build, g)],
  samples: [...samplesOf(1), ...integerSamples],
  example: { operands: [[1, -2]], result: [-1, 2] },
});

/** d(eˣ) = eˣ dx */
const exp: Op = pointwise({
  name: "exp",
  function: "exp",
  summary: "e to the power x",
  operands: ["x"],
  infer: sameTypes("exp", float),
  compute: Math.exp,
  gradient: (value, g, build) => [make.multiply(build, g, value)],
  samples: samplesOf(1),
  example: { operands: [[0, 1]], result: [1, Math.E] },
});

/** d(log x) = dx / x */
const log: Op = pointwise({
  name: "log",
  function: "log",
  summary: "natural logarithm; -infinity at 0, NaN below",
  operands: ["x"],
  infer: sameTypes("log", float),
  compute: Math.log,
  gradient: (value, g, build) => [make.divide(build, g, operandOf(value))],
  samples: samplesOf(1, { range: [0.2, 4] }),
  example: { operands: [[1, Math.E]], result: [0, 1] },
});

/** d(√x) = dx / (2√x) */
const sqrt: Op = pointwise({
  name: "sqrt",
  function: "sqrt",
  summary: "square root; NaN below 0",
  operands: ["x"],
  infer: sameTypes("sqrt", float),
  compute: Math.sqrt,
  gradient: (value, g, build) => [make.divide(build, make.scale(build, g, 0.5), value)],
  samples: samplesOf(1, { range: [0.2, 4] }),
  example: { operands: [[4, 2.25]], result: [2, 1.5] },
});

/** d(tanh x) = (1 - tanh² x) dx */
const tanh: Op = pointwise({
  name: "tanh",
  function: "tanh",
  summary: "hyperbolic tangent",
  operands: ["x"],
  infer: sameTypes("tanh", float),
  compute: Math.tanh,
  gradient(value, g, build) {
    const one = make.filledLike(build, 1, value);
    return [make.multiply(build, g, make.subtract(build, one, make.multiply(build, value, value)))];
  },
  samples: samplesOf(1),
  example: { operands: [[0, 1]], result: [0, 0.7615941559557649] },
});

/** σ' = σ (1 - σ) */
const sigmoid: Op = pointwise({
  name: "sigmoid",
  function: "sigmoid",
  summary: "1 / (1 + e^-x)",
  operands: ["x"],
  infer: sameTypes("sigmoid", float),
  compute: (x) => 1 / (1 + Math.exp(-x)),
  gradient(value, g, build) {
    const one = make.filledLike(build, 1, value);
    const slope = make.multiply(build, value, make.subtract(build, one, value));
    return [make.multiply(build, g, slope)];
  },
  samples: samplesOf(1),
  example: { operands: [[0, 1]], result: [0.5, 0.7310585786300049] },
});

/** d(erf x) = 2/√π e^(-x²) dx */
const erf: Op = pointwise({
  name: "erf",
  function: "erf",
  summary: "error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x",
  operands: ["x"],
  infer: sameTypes("erf", float),
  compute: errorFunction,
  gradient(value, g, build) {
    const x = operandOf(value);
    const bell = make.exp(build, make.negate(build, make.multiply(build, x, x)));
    return [make.multiply(build, g, make.scale(build, bell, 2 / Math.sqrt(Math.PI)))];
  },
  samples: samplesOf(1),
  example: { operands: [[0, 1]], result: [0, 0.8427007929497149] },
});

/** d(sin x) = cos x dx */
const sin: Op = pointwise({
  name: "sin",
  function: "sin",
  summary: "sine of x in radians",
  operands: ["x"],
  infer: sameTypes("sin", float),
  compute: Math.sin,
  gradient: (value, g, build) => [make.multiply(build, g, make.cos(build, operandOf(value)))],
  samples: samplesOf(1),
  example: { operands: [[0, Math.PI / 2]], result: [0, 1] },
});

/** d(cos x) = -sin x dx */
const cos: Op = pointwise({
  name: "cos",
  function: "cos",
  summary: "cosine of x in radians",
  operands: ["x"],
  infer: sameTypes("cos", float),
  compute: Math.cos,
  gradient(value, g, build) {
    return [make.negate(build, make.multiply(build, g, make.sin(build, operandOf(value))))];
  },
  samples: samplesOf(1),
  example: { operands: [[0, Math.PI]], result: [1, -1] },
});

/** d|x| = sign(x) dx, 0 at 0 */
const absolute: Op = pointwise({
  name: "absolute",
  function: "absolute",
  summary: "|x|; i32 wraps around",
  operands: ["x"],
  infer: sameTypes("absolute", numbers),
  compute: Math.abs,
  computeInteger: (x) => Math.abs(x) | 0,
  gradient: (value, g, build) => [make.multiply(build, g, make.sign(build, operandOf(value)))],
  samples: [...samplesOf(1), ...integerSamples],
  example: { operands: [[1, -2]], result: [1, 2] },
});

const sign: Op = pointwise({
  name: "sign",
  function: "sign",
  summary: "-1, 0 or 1 with the sign of x; NaN of NaN",
  operands: ["x"],
  infer: sameTypes("sign", numbers),
  compute: Math.sign,
  cutsGradient: "sign is constant between its jumps, so its derivative is zero",
  samples: [...samplesOf(1, { skipGradient: true }), ...integerSamples],
  example: { operands: [[1.5, -2, 0]], result: [1, -1, 0] },
});

const floor: Op = pointwise({
  name: "floor",
  function: "floor",
  summary: "the largest integer not above x",
  operands: ["x"],
  infer: sameTypes("floor", float),
  compute: Math.floor,
  cutsGradient: "floor is constant between its jumps, so its derivative is zero",
  samples: samplesOf(1, { skipGradient: true }),
  example: { operands: [[1.5, -1.5, 2]], result: [1, -2, 2] },
});

function operandOf(value: Value): Value {
  return value.operands[0]!;
}

export const functions: readonly Op[] = [negate, exp, log, sqrt, tanh, sigmoid, erf, sin, cos, absolute, sign, floor];
