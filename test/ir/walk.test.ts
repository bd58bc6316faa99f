/** Order, users and rebuilding, on graphs small enough to see and deep enough to break recursion. */
import { expect, test } from "vitest";
import { Builder } from "../../compiler/ir/builder.ts";
import type { Unit, Value } from "../../compiler/ir/program.ts";
import { mapValues, reachable, rootsOfUnit, topological, usersOf, withResults } from "../../compiler/ir/walk.ts";
import * as make from "../../compiler/ops/construct.ts";
import { coreOps } from "../../compiler/ops/registry.ts";

const scalar = { dtype: "f32", shape: [] } as const;

function names(values: Iterable<Value>): string[] {
  return [...values].map((value) => value.op.name);
}

test("operands come before users, each value once, from left to right", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  const one = make.constant(build, 1);
  const y = make.multiply(build, make.exp(build, x), make.add(build, x, one));
  expect(names(topological([y, x]))).toEqual(["input", "exp", "constant", "add", "multiply"]);
  expect(reachable([y]).has(one)).toBe(true);
  expect(reachable([x]).has(one)).toBe(false);
});

test("users are counted once per operand position", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  const square = make.multiply(build, x, x);
  const users = usersOf(topological([make.add(build, square, x)]));
  expect(names(users.get(x)!)).toEqual(["multiply", "multiply", "add"]);
  expect(users.get(square)).toHaveLength(1);
});

test("a chain of 40,000 values is ordered and rebuilt", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  let y = x;
  for (let k = 0; k < 40_000; k++) y = make.sin(build, y);
  expect(topological([y])).toHaveLength(40_001);
  const z = make.input(build, "z", scalar);
  const images = mapValues([y], build, (rebuilt) => (rebuilt === x ? z : rebuilt));
  expect(topological([images.get(y)!])[0]).toBe(z);
});

test("rebuilding keeps the identity of what does not change", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  const y = make.exp(build, x);
  const z = make.add(build, y, make.constant(build, 1));
  expect(mapValues([z], build, (rebuilt) => rebuilt).get(z)).toBe(z);
  const images = mapValues([z], build, (rebuilt) =>
    rebuilt.op.name === "constant" ? make.constant(build, 2) : rebuilt,
  );
  expect(images.get(y)).toBe(y);
  expect(images.get(z)!.operands[0]).toBe(y);
  expect(images.get(z)).toBe(make.add(build, y, make.constant(build, 2)));
});

test("a unit changes only in the programs whose results change", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "x", scalar);
  const y = make.exp(build, x);
  const unit: Unit = {
    name: "u",
    sizes: {},
    batch: undefined,
    epochs: 1,
    seed: 1,
    data: undefined,
    inputs: [],
    storages: [],
    programs: [
      { name: "train", results: [{ kind: "loss", name: "loss", value: y }] },
      { name: "predict", results: [{ kind: "output", name: "x", value: x }] },
    ],
  };
  expect(withResults(unit, (value) => value)).toBe(unit);
  const changed = withResults(unit, (value) => (value === y ? x : value));
  expect(changed.programs[1]).toBe(unit.programs[1]);
  expect(rootsOfUnit(changed)).toEqual([x, x]);
});
