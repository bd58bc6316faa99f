/**
 * erf in float64 to about 1e-15: a series without cancellation near zero, a continued fraction of the
 * complement beyond (Abramowitz & Stegun 7.1.6 and 7.1.14).
 */

const seriesLimit = 2.5;
const fractionDepth = 120;

export function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x;
  const magnitude = Math.abs(x);
  if (magnitude < seriesLimit) return series(x);
  return Math.sign(x) * (1 - complement(magnitude));
}

/** erf x = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)); all terms have one sign. */
function series(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > Math.abs(total) * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), from the inside out. */
function complement(x: number): number {
  if (x > 7) return 0;
  let tail = x;
  for (let k = fractionDepth; k >= 1; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}
