/** Polynomials in four f32 or two f64 lanes by Horner's rule. Coefficients come lowest power first. */
import type { Code, Instructions, Local } from "../assembler.ts";

export function polynomial(wasm: Instructions, x: Local, coefficients: readonly number[]): Code {
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, coefficient) => wasm.madd(sum, x.get(), wasm.f32(coefficient)), wasm.f32(coefficients.at(-1)!));
}

export function polynomial64(wasm: Instructions, x: Local, coefficients: readonly number[]): Code {
  const { f64x2 } = wasm;
  return coefficients
    .slice(0, -1)
    .reduceRight(
      (sum, coefficient) => f64x2.add(f64x2.mul(sum, x.get()), wasm.f64(coefficient)),
      wasm.f64(coefficients.at(-1)!),
    );
}
