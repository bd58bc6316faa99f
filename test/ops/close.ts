/** Comparison of number lists. */
import { expect } from "vitest";

/** Element by element: |found - expected| <= tolerance * max(1, |expected|); NaN and infinities must match. */
export function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const bad = Array.from(expected).flatMap((want, at) => {
    const got = found[at]!;
    const close = Object.is(got, want) || Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want));
    return close ? [] : [{ at, found: got, want }];
  });
  expect(bad).toEqual([]);
}
