/** The interpreter of whole programs; the ops themselves are tried in test/ops. */
import { expect, test } from "vitest";
import { Builder } from "../../compiler/ir/builder.ts";
import type { ReferenceContext, ReferenceTensor } from "../../compiler/ir/op.ts";
import type { Program } from "../../compiler/ir/program.ts";
import { evaluate, runProgram } from "../../compiler/ir/reference.ts";
import * as make from "../../compiler/ops/construct.ts";
import { coreOps } from "../../compiler/ops/registry.ts";

function vector(...data: number[]): ReferenceTensor {
  return { type: { dtype: "f32", shape: [data.length] }, data: Float64Array.from(data) };
}

function context(
  inputs: Record<string, ReferenceTensor>,
  storages: Record<string, ReferenceTensor> = {},
): ReferenceContext {
  return {
    inputs: new Map(Object.entries(inputs)),
    storages: new Map(Object.entries(storages)),
    clocks: { step: 1, epoch: 0, rows: 2 },
    seed: 1,
  };
}

test("shared values and repeated roots are evaluated, in the order asked for", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", vector(1, 2).type);
  const square = make.multiply(build, x, x);
  const total = make.sum(build, square, [0]);
  const found = evaluate([total, square, total, x], context({ x: vector(3, 4) }));
  expect(found.map((tensor) => [...tensor.data])).toEqual([[25], [9, 16], [25], [3, 4]]);
});

test("a deep graph is evaluated without recursion", () => {
  const build = new Builder(coreOps);
  const one = make.filled(build, 1, [1]);
  let y = make.input(build, "x", vector(0).type);
  for (let k = 0; k < 40_000; k++) y = make.add(build, y, one);
  expect(evaluate([y], context({ x: vector(0) }))[0]!.data[0]).toBe(40_000);
});

test("all results read the storages as they were before the call", () => {
  const build = new Builder(coreOps);
  const a = make.storage(build, "a", vector(0).type);
  const b = make.storage(build, "b", vector(0).type);
  const swap: Program = {
    name: "train",
    results: [
      { kind: "update", name: "a", value: b },
      { kind: "update", name: "b", value: a },
      { kind: "output", name: "sum", value: make.add(build, a, b) },
    ],
  };
  const before = context({}, { a: vector(1), b: vector(2), c: vector(3) });
  const { results, storages } = runProgram(swap, before);
  expect(results.map(({ result, tensor }) => [result.name, tensor.data[0]])).toEqual([
    ["a", 2],
    ["b", 1],
    ["sum", 3],
  ]);
  expect([...storages].map(([name, tensor]) => [name, tensor.data[0]])).toEqual([
    ["a", 2],
    ["b", 1],
    ["c", 3],
  ]);
  expect(before.storages.get("a")!.data[0]).toBe(1);
});
