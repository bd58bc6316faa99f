/**
 * Natural logarithm, within 2 ulp: x = 2^e m with m in [sqrt(1/2), sqrt(2)), and log(1 + f) = f - f^2/2 + f^3 P(f) with a
 * fitted P. Denormals are scaled first. log(0) = -inf, log(inf) = inf, negative numbers and NaN give NaN.
 */
import type { Helper } from "../assembler.ts";
import { polynomial } from "./polynomial.ts";

const tail = [
  0.33333331180030046, -0.24999996957950882, 0.200007157488921, -0.16667802319501254, 0.1424905764569748,
  -0.12425687331451106, 0.1168541992348674, -0.11479733846637635, 0.06971611471451178,
];
const ln2High = 0.693359375;
const ln2Low = -2.12194440054690583e-4;
const smallestNormal = 2 ** -126;
/** Bits of sqrt(1/2): subtracting them moves the exponent's step from 1 to sqrt(1/2). */
const rootHalfBits = 0x3f3504f3;

export const log: Helper = {
  name: "math.log",
  parameters: ["v128"],
  result: "v128",
  build: (assembler, [x]) => {
    const { wasm } = assembler;
    const { f32x4, i32x4, i32, v128 } = wasm;
    const tiny = assembler.keep(f32x4.lt(x!.get(), wasm.f32(smallestNormal)));
    const enlarged = f32x4.mul(x!.get(), wasm.f32(2 ** 24));
    const scaled = assembler.keep(v128.bitselect(enlarged, x!.get(), tiny.get()));
    const bits = assembler.keep(i32x4.sub(scaled.get(), wasm.int(rootHalfBits)));
    const adjustment = v128.and(tiny.get(), wasm.int(24));
    const exponent = i32x4.sub(i32x4.shr_s(bits.get(), i32.const(23)), adjustment);
    const e = assembler.keep(f32x4.convert_i32x4_s(exponent));
    const mantissa = i32x4.add(v128.and(bits.get(), wasm.int(0x7fffff)), wasm.int(rootHalfBits));
    const f = assembler.keep(f32x4.sub(mantissa, wasm.f32(1)));
    const square = assembler.keep(f32x4.mul(f.get(), f.get()));
    const cubic = f32x4.mul(f32x4.mul(polynomial(wasm, f, tail), f.get()), square.get());
    const low = wasm.madd(e.get(), wasm.f32(ln2Low), wasm.madd(square.get(), wasm.f32(-0.5), cubic));
    const sum = wasm.madd(e.get(), wasm.f32(ln2High), f32x4.add(f.get(), low));
    const finite = f32x4.lt(x!.get(), wasm.f32(Infinity));
    const positive = assembler.keep(v128.bitselect(sum, x!.get(), finite));
    const negative = v128.bitselect(wasm.f32(-Infinity), wasm.f32(NaN), f32x4.eq(x!.get(), wasm.f32(0)));
    return v128.bitselect(negative, positive.get(), f32x4.le(x!.get(), wasm.f32(0)));
  },
};
