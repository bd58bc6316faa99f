/**
 * Random programs with inputs to run them on, for properties. Each step takes an op and operands among what exists;
 * it is kept only if the result stays moderate and well conditioned: beside every value runs a noisy twin that errs by
 * `noise` at each rounding op, and the two may not drift apart by more than a hundred times that. So arithmetic in f32,
 * which errs by 6e-8 per op, must agree with the reference to about 1e-4, and no comparison sits on the fence.
 */
import fc from "fast-check";
import { Builder } from "../../compiler/ir/builder.ts";
import type { ReferenceContext, ReferenceTensor } from "../../compiler/ir/op.ts";
import { printProgram } from "../../compiler/ir/print.ts";
import type { Program, Result, Value } from "../../compiler/ir/program.ts";
import { elementCount, type TensorType } from "../../compiler/ir/type.ts";
import { usersOf } from "../../compiler/ir/walk.ts";
import * as make from "../../compiler/ops/construct.ts";
import { coreOps } from "../../compiler/ops/registry.ts";
import { generator, randomTensor } from "../ops/evaluate.ts";
import { actions, smoothActions, type Pick } from "./random-actions.ts";

export interface RandomProgram {
  readonly build: Builder;
  /** Inputs `x0…`, storages `s0…` (updated by some results); all results are outputs, metrics or updates. */
  readonly program: Program;
  readonly context: ReferenceContext;
}

export interface RandomProgramOptions {
  readonly steps?: number;
  /** Only ops that are differentiable where they are evaluated, over f32 alone. */
  readonly smooth?: boolean;
}

const noise = 1e-5;
const largest = 1e3;
const mostElements = 4000;

/** Shrinks to fewer steps; a counterexample prints as the program's text. */
export function randomPrograms(options: RandomProgramOptions = {}): fc.Arbitrary<RandomProgram> {
  const step = fc.array(fc.nat(1 << 20), { minLength: 8, maxLength: 8 });
  const shape = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 13), { maxLength: 3 });
  return fc
    .record({
      shapes: fc.array(shape, { minLength: 2, maxLength: 3 }),
      steps: fc.array(step, { minLength: 1, maxLength: options.steps ?? 25, size: "max" }),
      seed: fc.nat(1 << 20),
    })
    .map(({ shapes, steps, seed }) => grow(shapes, steps, seed, options.smooth === true))
    .map((random) => Object.assign(random, { [fc.toStringMethod]: () => printProgram(random.program) }));
}

interface Twins {
  readonly exact: ReferenceTensor;
  readonly noisy: ReferenceTensor;
}

function grow(
  shapes: readonly (readonly number[])[],
  steps: readonly (readonly number[])[],
  seed: number,
  smooth: boolean,
): RandomProgram {
  const build = new Builder(coreOps);
  const next = generator(seed);
  const { context, leaves } = surroundings(shapes, next, smooth, build);
  const pool = [...leaves];
  const known = new Map<Value, Twins | undefined>();
  const permitted = smooth ? smoothActions : actions;
  for (const [action, ...numbers] of steps) {
    const value = permitted[action! % permitted.length]!(pickFrom(pool, numbers, build));
    if (value === undefined || elementCount(value.type.shape) > mostElements) continue;
    if (twinsOf(value, known, next, context) !== undefined && !pool.includes(value)) pool.push(value);
  }
  return { build, program: programOf(pool), context };
}

/** The value's tensors, or undefined if it or anything below it is not fit to compare. */
function twinsOf(
  value: Value,
  known: Map<Value, Twins | undefined>,
  next: () => number,
  context: ReferenceContext,
): Twins | undefined {
  if (known.has(value)) return known.get(value);
  const operands = value.operands.map((operand) => twinsOf(operand, known, next, context));
  known.set(value, undefined);
  if (operands.some((operand) => operand === undefined)) return undefined;
  const exact = value.op.evaluate(
    value,
    operands.map((operand) => operand!.exact),
    context,
  );
  const noisy = value.op.evaluate(
    value,
    operands.map((operand) => operand!.noisy),
    context,
  );
  const { kind } = value.op.meaning(value);
  const rounds = value.type.dtype === "f32" && value.operands.length > 0 && kind !== "view" && kind !== "reshape";
  const shaken = rounds ? noisy.map((element) => element * (1 + (next() < 0.5 ? noise : -noise))) : noisy;
  const fit = exact.every((element, at) => {
    const drift = Math.abs(element - shaken[at]!);
    if (value.type.dtype !== "f32") return drift === 0;
    return Math.abs(element) <= largest && drift <= 100 * noise * (1 + Math.abs(element));
  });
  if (fit) known.set(value, { exact: { type: value.type, data: exact }, noisy: { type: value.type, data: shaken } });
  return known.get(value);
}

function surroundings(
  shapes: readonly (readonly number[])[],
  next: () => number,
  smooth: boolean,
  build: Builder,
): { readonly context: ReferenceContext; readonly leaves: readonly Value[] } {
  const inputs = new Map<string, ReferenceTensor>();
  const storages = new Map<string, ReferenceTensor>();
  const leaves: Value[] = [];
  const draw = (type: TensorType) => randomTensor(type, next, type.dtype === "u8" ? [0, 9] : undefined);
  const addInput = (type: TensorType): void => {
    const name = `x${inputs.size}`;
    inputs.set(name, draw(type));
    leaves.push(make.input(build, name, type));
  };
  for (const shape of shapes) {
    addInput({ dtype: "f32", shape });
    if (!smooth) addInput({ dtype: shape.length % 2 === 0 ? "i32" : "u8", shape });
  }
  const type: TensorType = { dtype: "f32", shape: shapes[0]! };
  storages.set("s0", draw(type));
  leaves.push(make.storage(build, "s0", type));
  if (!smooth) leaves.push(make.clock(build, "step"), make.iota(build, [3, 5], 1), make.iota(build, [7], 0));
  return { context: { inputs, storages, clocks: { step: 3, epoch: 2, rows: 5 }, seed: 12345 }, leaves };
}

function pickFrom(pool: readonly Value[], numbers: readonly number[], build: Builder): Pick {
  let at = 0;
  const number = (bound: number): number => numbers[at++ % numbers.length]! % bound;
  return {
    build,
    number,
    value(wanted) {
      const candidates = pool.filter(wanted);
      // Late values more often: the program grows deep, not only wide.
      const back = Math.min(number(Math.max(1, candidates.length)), number(Math.max(1, candidates.length)));
      return candidates[candidates.length - 1 - back];
    },
  };
}

/** Results: everything that nothing else reads, at most six of them; f32 of the storage's type updates it. */
function programOf(pool: readonly Value[]): Program {
  const users = usersOf(pool);
  const loose = pool.filter((value) => !users.has(value) && value.operands.length > 0);
  const chosen = loose.length === 0 ? pool.slice(-1) : loose.slice(-6);
  const storage = pool.find((value) => value.op.meaning(value).kind === "storage")!;
  const results: Result[] = chosen.map((value, k) => ({ kind: "output", name: `y${k}`, value }));
  const update = chosen.find(({ type }) => type.dtype === "f32" && type.shape.join() === storage.type.shape.join());
  if (update !== undefined) results.push({ kind: "update", name: "s0", value: update });
  return { name: "train", results };
}
