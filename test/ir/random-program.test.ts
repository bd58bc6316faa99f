/** What random programs promise, and printing and reading them back. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Builder } from "../../compiler/ir/builder.ts";
import { parseProgram } from "../../compiler/ir/parse.ts";
import { printProgram } from "../../compiler/ir/print.ts";
import { runProgram } from "../../compiler/ir/reference.ts";
import { rootsOf, topological } from "../../compiler/ir/walk.ts";
import { coreOps } from "../../compiler/ops/registry.ts";
import { randomPrograms } from "./random-program.ts";

test("random programs use every op there is to evaluate, and some are deep", () => {
  const met = new Set<string>();
  let most = 0;
  for (const { program } of fc.sample(randomPrograms({ steps: 40 }), { numRuns: 200, seed: 1 })) {
    const values = topological(rootsOf(program));
    values.forEach((value) => met.add(value.op.name));
    most = Math.max(most, values.length);
  }
  const wanted = [...coreOps.keys()].filter((name) => name !== "gradient");
  expect(wanted.filter((name) => !met.has(name))).toEqual([]);
  expect(most).toBeGreaterThan(30);
});

test("the results of a random program are finite", () => {
  fc.assert(
    fc.property(randomPrograms(), ({ program, context }) => {
      for (const { tensor } of runProgram(program, context).results) {
        expect(tensor.data.every(Number.isFinite)).toBe(true);
      }
    }),
    { numRuns: 100, seed: 2 },
  );
});

test("the text of a random program reads back to the same text, and to the same values in its builder", () => {
  fc.assert(
    fc.property(randomPrograms(), ({ program, build }) => {
      const text = printProgram(program);
      expect(printProgram(parseProgram(text, new Builder(coreOps)))).toBe(text);
      expect(rootsOf(parseProgram(text, build))).toEqual(rootsOf(program));
    }),
    { numRuns: 200, seed: 3 },
  );
});
