/** The text of programs: a golden small enough to read, and reading it back. */
import { expect, test } from "vitest";
import { Builder } from "../../compiler/ir/builder.ts";
import { parseProgram, parseUnit, ProgramTextError } from "../../compiler/ir/parse.ts";
import { printProgram, printUnit } from "../../compiler/ir/print.ts";
import type { Unit } from "../../compiler/ir/program.ts";
import * as make from "../../compiler/ops/construct.ts";
import { coreOps } from "../../compiler/ops/registry.ts";

const source = { name: "tiny.nn", text: 'let y = x @ w\nlet z = relu(y + "b")\n' };

function tinyUnit(): Unit {
  const build = new Builder(coreOps);
  build.origin = { kind: "source", span: { source, start: 8, end: 13 }, trail: [] };
  const x = make.input(build, "x", { dtype: "f32", shape: [4, 3] });
  const w = make.storage(build, "layers[0].w", { dtype: "f32", shape: [3, 2] });
  const y = make.contract(build, x, w, { left: [0, 1], right: [1, 2], result: [0, 2] });
  build.origin = { kind: "source", span: { source, start: 22, end: 33 }, trail: [] };
  const z = make.maximum(build, y, make.filledLike(build, -0, y));
  build.origin = { kind: "derived", pass: "differentiate", from: z };
  const loss = make.sum(build, z, [0, 1]);
  build.origin = { kind: "none" };
  const noise = make.random(build, 3, [3, 2], true);
  return {
    name: "tiny",
    sizes: { N: 4 },
    batch: "N",
    epochs: 2,
    seed: 7,
    data: { name: "csv:a b.csv", args: { noise: 0.5, header: true } },
    inputs: [{ name: "x", type: x.type, span: undefined }],
    storages: [{ name: "layers[0].w", role: "param", type: w.type, span: undefined }],
    programs: [
      { name: "init", results: [{ kind: "update", name: "layers[0].w", value: noise }] },
      {
        name: "train",
        results: [
          { kind: "loss", name: "loss", value: loss },
          { kind: "update", name: "layers[0].w", value: make.add(build, w, noise) },
        ],
      },
    ],
  };
}

const golden = `unit tiny {
  sizes {N=4}
  batch N
  epochs 2
  seed 7
  data "csv:a b.csv" {noise=0.5, header=true}
  input x: f32[4, 3]
  param "layers[0].w": f32[3, 2]
  init {
    %0: f32[3, 2] = random() {stream=3, every_step=true}
    update "layers[0].w" = %0
  }
  train {
    %x: f32[4, 3] = input()  # tiny.nn:1:9
    %"layers[0].w": f32[3, 2] = storage()  # tiny.nn:1:9
    %0: f32[4, 2] = contract(%x, %"layers[0].w") {left=[0, 1], right=[1, 2], result=[0, 2]}  # tiny.nn:1:9
    %1: f32 = constant() {value=-0}  # tiny.nn:2:9
    %2: f32[4, 2] = broadcast(%1) {axes=[]}  # tiny.nn:2:9
    %3: f32[4, 2] = maximum(%0, %2)  # tiny.nn:2:9
    %4: f32 = sum(%3) {axes=[0, 1]}  # tiny.nn:2:9 by differentiate
    %5: f32[3, 2] = random() {stream=3, every_step=true}
    %6: f32[3, 2] = add(%"layers[0].w", %5)
    loss loss = %4
    update "layers[0].w" = %6
  }
}
`;

test("a unit's text", () => expect(printUnit(tinyUnit())).toBe(golden));

test("a unit's text reads back", () => {
  const unit = parseUnit(golden, new Builder(coreOps));
  expect(printUnit(unit)).toBe(golden.replaceAll(/ +#.*/g, ""));
  const { programs, ...header } = unit;
  const { programs: expected, ...expectedHeader } = tinyUnit();
  expect(header).toEqual(expectedHeader);
  expect(programs.map((program) => program.name)).toEqual(expected.map((program) => program.name));
});

test("reading into the builder that made the program gives the same values", () => {
  const build = new Builder(coreOps);
  const x = make.input(build, "same", { dtype: "f32", shape: [] });
  const y = make.storage(build, "same", { dtype: "f32", shape: [] });
  const special = [NaN, Infinity, -Infinity, -0, 1e-45, 0.1].map((value) => make.constant(build, value));
  const value = special.reduce((total, term) => make.add(build, total, term), make.add(build, x, y));
  const program = { name: "train", results: [{ kind: "loss", name: "0", value }] } as const;
  const again = parseProgram(printProgram(program), build);
  expect(again).toEqual(program);
  expect(again.results[0]!.value).toBe(value);
});

test.each([
  ["train { loss l = %0 }", /line 1: %0 is not defined/],
  ["train {\n %0: f32[2] = constant() {value=1}\n}", /line 2: %0 is f32, not f32\[2\]/],
  ["train {\n %0: f32 = constant() {value=1}\n %0: f32 = constant() {value=2} }", /line 3: %0 is defined twice/],
  ["test { }", /test is not one of init, train/],
  ["train { sum l = %0 }", /sum is not one of loss/],
  ["train { %0: f16 = constant() }", /f16 is not a dtype/],
  ["train {", /expected a word, found the end/],
  ['train { loss "l', /a string does not end/],
  ["train { %0: f32 = constant() {value=one} }", /expected a number, found "one"/],
  ["train { } train", /expected nothing more/],
])("%j is refused", (text, message) => {
  const parse = () => parseProgram(text, new Builder(coreOps));
  expect(parse).toThrow(ProgramTextError);
  expect(parse).toThrow(message);
});
