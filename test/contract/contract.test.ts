import fc from "fast-check";
import { test } from "vitest";
import { targets } from "../emit/harness.ts";
import { randomCase } from "./kernels.ts";
import { check } from "./run.ts";

const small = { batch: 3, row: 20, column: 21, depth: 12 };
const deep = { batch: 2, row: 14, column: 40, depth: 60 };

for (const target of targets) {
  test(`contractions of random shapes and strides agree with float64 on ${target}`, () => {
    fc.assert(
      fc.property(randomCase(small, false), (random) => check(random, { target })),
      { numRuns: 120, seed: 1 },
    );
  });

  test(`contractions over several axes of a role agree with float64 on ${target}`, () => {
    const several = { batch: 2, row: 7, column: 9, depth: 6 };
    fc.assert(
      fc.property(randomCase(several, true), (random) => check(random, { target })),
      { numRuns: 80, seed: 2 },
    );
  });

  test(`contractions in many blocks agree with float64 on ${target}`, () => {
    const tile = { depthBlock: 16, columnBlock: 16, leftElements: 64, rowsInPlace: 4 };
    fc.assert(
      fc.property(randomCase(deep, false), (random) => check(random, { target, tile })),
      { numRuns: 60, seed: 3 },
    );
    const several = { batch: 2, row: 5, column: 18, depth: 9 };
    fc.assert(
      fc.property(randomCase(several, true), (random) => check(random, { target, tile })),
      { numRuns: 40, seed: 4 },
    );
  });
}
