/**
 * x^y, within 1 ulp: 2^(y log2 |x|) in f64, with log2 from a series in (m - 1) / (m + 1) and 2^r from a fitted
 * polynomial. Special cases as IEEE 754 has them: x^0 = 1, 1^y = 1, a negative x needs an integral y (odd ones keep
 * the sign), zeros and infinities follow their limits.
 */
import type { Code, FunctionAssembler, Helper, Local } from "../assembler.ts";
import { throughDoubles } from "./halves.ts";
import { polynomial64 } from "./polynomial.ts";

const logTail = [0.9617966939362479, 0.5770779989342015, 0.41220330019883816, 0.3201533245816415, 0.27936180842559966];
const powerTail = [
  0.6931471805568274, 0.24022650695888467, 0.05550410906373737, 0.009618129135269306, 0.0013333478409865399,
  0.00015403475142315847, 1.5303721130801367e-5, 1.3250819664096275e-6,
];
/** Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits. */
const rounder = 6755399441055744;

const half: Helper = {
  name: "math.power.half",
  parameters: ["v128", "v128"],
  result: "v128",
  build: (assembler, [x, y]) => {
    const { wasm } = assembler;
    const { f64x2, i64x2, i32, v128 } = wasm;
    const magnitude = assembler.keep(f64x2.abs(x!.get()));
    const product = f64x2.mul(y!.get(), log2(assembler, magnitude));
    // Inside the range of f64, far outside that of f32.
    const exponent = assembler.keep(f64x2.pmin(f64x2.pmax(product, wasm.f64(-1000)), wasm.f64(1000)));
    const shifted = assembler.keep(f64x2.add(exponent.get(), wasm.f64(rounder)));
    const r = assembler.keep(f64x2.sub(exponent.get(), f64x2.sub(shifted.get(), wasm.f64(rounder))));
    const mantissa = f64x2.add(f64x2.mul(polynomial64(wasm, r, powerTail), r.get()), wasm.f64(1));
    const scale = i64x2.add(i64x2.shl(shifted.get(), i32.const(52)), wasm.f64(1));
    const value = assembler.keep(f64x2.mul(mantissa, scale));
    const signed = assembler.keep(withSign(assembler, x!, y!, value));
    const one = v128.or(f64x2.eq(y!.get(), wasm.f64(0)), f64x2.eq(x!.get(), wasm.f64(1)));
    const unit = v128.or(one, bothUnbounded(assembler, magnitude, y!));
    return v128.bitselect(wasm.f64(1), signed.get(), unit);
  },
};

/** Where |x| is 1 and y infinite the logarithm gives 0 * inf; the standard says 1. */
function bothUnbounded({ wasm }: FunctionAssembler, magnitude: Local, y: Local): Code {
  const { f64x2, v128 } = wasm;
  return v128.and(f64x2.eq(magnitude.get(), wasm.f64(1)), f64x2.eq(f64x2.abs(y.get()), wasm.f64(Infinity)));
}

/** log2 of a number that is not negative; f32 denormals are normal here. 0 gives -inf, infinity gives infinity. */
function log2(assembler: FunctionAssembler, magnitude: Local): Code {
  const { wasm } = assembler;
  const { f64x2, i64x2, i32, v128 } = wasm;
  const rootHalf = (): Code => wasm.f64(Math.SQRT1_2);
  const bits = assembler.keep(i64x2.sub(magnitude.get(), rootHalf()));
  const mantissaBits = v128.and(bits.get(), i64x2.splat(wasm.i64.const(0xfffffffffffffn)));
  const m = assembler.keep(i64x2.add(mantissaBits, rootHalf()));
  // A 12-bit exponent as f64 without a 64-bit conversion: shift it in below the rounder.
  const exponentBits = i64x2.shr_s(bits.get(), i32.const(52));
  const e = f64x2.sub(i64x2.add(exponentBits, wasm.f64(rounder)), wasm.f64(rounder));
  const s = assembler.keep(f64x2.div(f64x2.sub(m.get(), wasm.f64(1)), f64x2.add(m.get(), wasm.f64(1))));
  const square = assembler.keep(f64x2.mul(s.get(), s.get()));
  const series = f64x2.add(wasm.f64(2 * Math.LOG2E), f64x2.mul(polynomial64(wasm, square, logTail), square.get()));
  const value = assembler.keep(f64x2.add(e, f64x2.mul(series, s.get())));
  const finite = f64x2.lt(magnitude.get(), wasm.f64(Infinity));
  const unbounded = assembler.keep(v128.bitselect(value.get(), magnitude.get(), finite));
  return v128.bitselect(wasm.f64(-Infinity), unbounded.get(), f64x2.eq(magnitude.get(), wasm.f64(0)));
}

/** Odd powers of negative x (also -0) are negative, other powers of negative numbers need an integral y. */
function withSign(assembler: FunctionAssembler, x: Local, y: Local, value: Local): Code {
  const { wasm } = assembler;
  const { f64x2, i64x2, v128, i32 } = wasm;
  const integral = assembler.keep(f64x2.eq(f64x2.floor(y.get()), y.get()));
  const halved = assembler.keep(f64x2.mul(y.get(), wasm.f64(0.5)));
  const odd = v128.andnot(integral.get(), f64x2.eq(f64x2.floor(halved.get()), halved.get()));
  const negative = i64x2.shr_s(x.get(), i32.const(63));
  const flip = v128.and(v128.and(odd, negative), wasm.f64(-0));
  const result = v128.xor(value.get(), flip);
  const finiteNegative = v128.and(f64x2.lt(x.get(), wasm.f64(0)), f64x2.gt(x.get(), wasm.f64(-Infinity)));
  const invalid = v128.andnot(finiteNegative, integral.get());
  return v128.bitselect(wasm.f64(NaN), result, invalid);
}

export const power = throughDoubles("math.power", half, 2);
