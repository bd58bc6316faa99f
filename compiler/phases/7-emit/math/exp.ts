/**
 * e^x, within 2 ulp of the exact value (denormal results within 1 unit of theirs): x = n ln 2 + r with ln 2 in two
 * parts, a polynomial in r (fitted: relative error 1e-8 for |r| <= ln 2 / 2), and 2^n in two factors, so that results
 * overflow to infinity and underflow to denormals by themselves.
 */
import type { Helper } from "../assembler.ts";
import { polynomial } from "./polynomial.ts";

const tail = [0.5, 0.16666573381900845, 0.04166655011030512, 0.008363773874405574, 0.0013926926614021907];
const ln2High = 0.693359375;
const ln2Low = -2.12194440054690583e-4;
/** Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits. */
const rounder = 12582912;

export const exp: Helper = {
  name: "math.exp",
  parameters: ["v128"],
  result: "v128",
  build: (assembler, [input]) => {
    const { wasm } = assembler;
    const { f32x4, i32x4, i32 } = wasm;
    const x = assembler.keep(f32x4.pmin(f32x4.pmax(input!.get(), wasm.f32(-104)), wasm.f32(89)));
    const shifted = assembler.keep(wasm.madd(x.get(), wasm.f32(Math.LOG2E), wasm.f32(rounder)));
    const n = assembler.keep(f32x4.sub(shifted.get(), wasm.f32(rounder)));
    const high = assembler.keep(wasm.madd(n.get(), wasm.f32(-ln2High), x.get()));
    const r = assembler.keep(wasm.madd(n.get(), wasm.f32(-ln2Low), high.get()));
    const square = f32x4.mul(r.get(), r.get());
    const value = f32x4.add(wasm.madd(polynomial(wasm, r, tail), square, r.get()), wasm.f32(1));
    const integer = assembler.keep(i32x4.sub(shifted.get(), wasm.f32(rounder)));
    const half = assembler.keep(i32x4.shr_s(integer.get(), i32.const(1)));
    const powerOfTwo = (exponent: number): number =>
      i32x4.add(i32x4.shl(exponent, i32.const(23)), wasm.int(0x3f800000));
    const scaled = f32x4.mul(value, powerOfTwo(half.get()));
    return f32x4.mul(scaled, powerOfTwo(i32x4.sub(integer.get(), half.get())));
  },
};
