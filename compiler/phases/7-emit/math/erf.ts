/**
 * Error function, within 4 ulp: x (2/sqrt(pi) + x^2 P(x^2)) for |x| < 1, otherwise 1 - exp(R(|x|)) where R is a fitted
 * polynomial for log(1 - erf). From 4 on the result rounds to 1.
 */
import type { Helper } from "../assembler.ts";
import { exp } from "./exp.ts";
import { polynomial } from "./polynomial.ts";

const small = [
  -0.37612638376109975, 0.1128375366163041, -0.026861699954947374, 0.005204578778761909, -0.0008161986540033511,
  8.379755581768224e-5,
];
const logComplement = [
  0.00032147102637958833, -1.1302392014174953, -0.6318156995820089, -0.11009019746356287, 0.02642704377214418,
  -0.004761717235814106, 0.0005972644331422529, -4.611291390623816e-5, 1.639938016480626e-6,
];

export const erf: Helper = {
  name: "math.erf",
  parameters: ["v128"],
  result: "v128",
  build: (assembler, [x]) => {
    const { wasm } = assembler;
    const { f32x4, v128 } = wasm;
    const magnitude = assembler.keep(f32x4.pmin(f32x4.abs(x!.get()), wasm.f32(4)));
    const square = assembler.keep(f32x4.mul(x!.get(), x!.get()));
    const correction = f32x4.mul(polynomial(wasm, square, small), square.get());
    const inner = wasm.madd(correction, x!.get(), f32x4.mul(x!.get(), wasm.f32(2 / Math.sqrt(Math.PI))));
    const complement = assembler.callHelper(exp, [polynomial(wasm, magnitude, logComplement)]);
    const outer = f32x4.sub(wasm.f32(1), complement);
    const signed = v128.or(outer, v128.and(x!.get(), wasm.f32(-0)));
    return v128.bitselect(inner, signed, f32x4.lt(magnitude.get(), wasm.f32(1)));
  },
};
