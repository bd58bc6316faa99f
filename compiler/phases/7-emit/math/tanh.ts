/** Hyperbolic tangent, within 6 ulp: x P(x^2) / Q(x^2) with fitted P and Q of degree 4 (9/8 in x), clamped at 1. */
import type { Helper } from "../assembler.ts";
import { polynomial } from "./polynomial.ts";

const numerator = [
  0.9999999816741174, 0.13383589818252464, 0.003498621554173573, 2.0658597834188232e-5, 1.3422700284677448e-8,
];
const denominator = [1, 0.467169067391801, 0.0258885525823671, 0.00032905772513555306, 7.804515755416231e-7];
/** From here on the result rounds to 1. */
const saturation = 9.02;

export const tanh: Helper = {
  name: "math.tanh",
  parameters: ["v128"],
  result: "v128",
  build: (assembler, [input]) => {
    const { wasm } = assembler;
    const { f32x4 } = wasm;
    const clamp = (value: number, limit: number): number =>
      f32x4.pmin(f32x4.pmax(value, wasm.f32(-limit)), wasm.f32(limit));
    const x = assembler.keep(clamp(input!.get(), saturation));
    const square = assembler.keep(f32x4.mul(x.get(), x.get()));
    const top = f32x4.mul(x.get(), polynomial(wasm, square, numerator));
    return clamp(f32x4.div(top, polynomial(wasm, square, denominator)), 1);
  },
};
