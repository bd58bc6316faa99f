/**
 * Sine and cosine, within 1 ulp for |x| <= 1e6: reduced by multiples of pi/2 in f64 (pi/2 in two parts, the first with
 * 33 bits so that its multiples are exact), then one of two fitted polynomials in f64. Beyond that the reduction loses
 * accuracy, but results stay in [-1, 1]. Infinities and NaN give NaN.
 */
import type { FunctionAssembler, Helper, Local } from "../assembler.ts";
import { throughDoubles } from "./halves.ts";
import { polynomial64 } from "./polynomial.ts";

const sine = [-0.1666666666362283, 0.008333331785217696, -0.00019840038872556747, 2.724378140946123e-6];
const cosine = [0.04166666666412721, -0.001388888759732781, 2.4800560429914505e-5, -2.7295830827614617e-7];
const halfPiHigh = 1.57079632673412561417;
const halfPiLow = 6.07710050650619224932e-11;

/** Sine of x plus `quarter` quarter turns, two f64 lanes. */
function sineFrom(name: string, quarter: 0 | 1): Helper {
  return {
    name,
    parameters: ["v128"],
    result: "v128",
    build: (assembler, [x]) => {
      const { wasm } = assembler;
      const { f64x2, v128 } = wasm;
      const n = assembler.keep(f64x2.nearest(f64x2.mul(x!.get(), wasm.f64(2 / Math.PI))));
      const r = assembler.keep(reduced(assembler, x!, n));
      const square = assembler.keep(f64x2.mul(r.get(), r.get()));
      const sineTail = f64x2.mul(f64x2.mul(polynomial64(wasm, square, sine), square.get()), r.get());
      const sineValue = assembler.keep(f64x2.add(r.get(), sineTail));
      const fourth = f64x2.mul(square.get(), square.get());
      const cosineTail = f64x2.mul(polynomial64(wasm, square, cosine), fourth);
      const cosineHead = f64x2.sub(wasm.f64(1), f64x2.mul(square.get(), wasm.f64(0.5)));
      const turn = assembler.keep(f64x2.add(n.get(), wasm.f64(quarter)));
      const floored = f64x2.floor(f64x2.mul(turn.get(), wasm.f64(0.25)));
      const quadrant = assembler.keep(f64x2.sub(turn.get(), f64x2.mul(floored, wasm.f64(4))));
      const isOdd = v128.or(f64x2.eq(quadrant.get(), wasm.f64(1)), f64x2.eq(quadrant.get(), wasm.f64(3)));
      const value = v128.bitselect(f64x2.add(cosineHead, cosineTail), sineValue.get(), isOdd);
      const flip = v128.and(f64x2.ge(quadrant.get(), wasm.f64(2)), wasm.f64(-0));
      return v128.xor(value, flip);
    },
  };
}

/** x - n pi/2, kept in [-0.8, 0.8] where huge arguments would leave it. */
function reduced(assembler: FunctionAssembler, x: Local, n: Local): number {
  const { wasm } = assembler;
  const { f64x2 } = wasm;
  const first = f64x2.sub(x.get(), f64x2.mul(n.get(), wasm.f64(halfPiHigh)));
  const second = f64x2.sub(first, f64x2.mul(n.get(), wasm.f64(halfPiLow)));
  return f64x2.pmin(f64x2.pmax(second, wasm.f64(-0.8)), wasm.f64(0.8));
}

export const sin = throughDoubles("math.sin", sineFrom("math.sin.half", 0), 1);
export const cos = throughDoubles("math.cos", sineFrom("math.cos.half", 1), 1);
