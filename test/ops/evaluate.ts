/**
 * Helpers of the op tests: a float64 evaluator of small graphs, operands drawn for a sample, reverse-mode
 * differentiation straight from the ops' gradient rules, and central differences.
 */
import { Builder } from "../../compiler/ir/builder.ts";
import type { ReferenceContext, ReferenceTensor, Sample } from "../../compiler/ir/op.ts";
import type { Value } from "../../compiler/ir/program.ts";
import { elementCount, type TensorType } from "../../compiler/ir/type.ts";
import * as make from "../../compiler/ops/construct.ts";
import { coreOps } from "../../compiler/ops/registry.ts";

export function contextOf(
  inputs: ReadonlyMap<string, ReferenceTensor> = new Map(),
  storages: ReadonlyMap<string, ReferenceTensor> = new Map(),
): ReferenceContext {
  return { inputs, storages, clocks: { step: 3, epoch: 2, rows: 5 }, seed: 12345 };
}

/** The elements of one value. */
export function evaluateValue(value: Value, context: ReferenceContext): Float64Array {
  const known = new Map<Value, Float64Array>();
  const visit = (current: Value): Float64Array => {
    const before = known.get(current);
    if (before !== undefined) return before;
    const operands = current.operands.map((operand) => ({ type: operand.type, data: visit(operand) }));
    const data = current.op.evaluate(current, operands, context);
    known.set(current, data);
    return data;
  };
  return visit(value);
}

/** A small deterministic generator for test data (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random elements for a type: reals in the range, or integers in it, or bools. Reals are exact in f32. */
export function randomTensor(type: TensorType, next: () => number, range?: readonly [number, number]): ReferenceTensor {
  const [low, high] = range ?? (type.dtype === "u8" ? [0, 255] : type.dtype === "i32" ? [-5, 5] : [-2, 2]);
  const draw = (): number => {
    if (type.dtype === "bool") return next() < 0.5 ? 0 : 1;
    if (type.dtype === "f32") return Math.fround(low + (high - low) * next());
    return low + Math.floor((high - low + 1) * next());
  };
  return { type, data: Float64Array.from({ length: elementCount(type.shape) }, draw) };
}

/** The operands of a sample; the same each time. */
export function operandsOf(sample: Sample, seed = 1): ReferenceTensor[] {
  const next = generator(seed);
  return sample.operands.map((type) => randomTensor(type, next, sample.range));
}

export interface Applied {
  readonly build: Builder;
  readonly operands: readonly Value[];
  readonly value: Value;
  readonly context: ReferenceContext;
}

/** The op applied to inputs x0, x1, … that hold the sample's operands. */
export function apply(name: string, sample: Sample, tensors = operandsOf(sample)): Applied {
  const build = new Builder(coreOps);
  const operands = sample.operands.map((type, k) => make.input(build, `x${k}`, type));
  const value = build.make(name, operands, sample.attributes ?? {});
  const inputs = new Map(tensors.map((tensor, k) => [`x${k}`, tensor]));
  const storages = new Map<string, ReferenceTensor>();
  if (value.op.operands.length === 0 && typeof sample.attributes?.["name"] === "string") {
    const tensor = randomTensor(value.type, generator(2));
    inputs.set(sample.attributes["name"], tensor);
    storages.set(sample.attributes["name"], tensor);
  }
  return { build, operands, value, context: contextOf(inputs, storages) };
}

/** Derivatives of the scalar `y` by `targets`, by the chain rule over the ops' own gradient rules. */
export function derivatives(y: Value, targets: readonly Value[], build: Builder): (Value | undefined)[] {
  const cotangents = new Map<Value, Value>([[y, make.constant(build, 1)]]);
  for (const value of reachable(y).sort((a, b) => b.id - a.id)) {
    const cotangent = cotangents.get(value);
    if (cotangent === undefined || value.op.gradient === undefined) continue;
    value.op.gradient(value, cotangent, build).forEach((part, k) => {
      const operand = value.operands[k]!;
      if (part === undefined || operand.type.dtype !== "f32") return;
      const sofar = cotangents.get(operand);
      cotangents.set(operand, sofar === undefined ? part : make.add(build, sofar, part));
    });
  }
  return targets.map((target) => cotangents.get(target));
}

export function reachable(...roots: readonly Value[]): Value[] {
  const seen = new Set<Value>(roots);
  for (const value of seen) value.operands.forEach((operand) => seen.add(operand));
  return [...seen];
}

/** A scalar that weighs every element of `value` differently: Σ value[e] * weight[e]. */
export function weighted(value: Value, build: Builder, seed = 7): Value {
  const count = elementCount(value.type.shape);
  const flat = make.reshape(build, value, [count]);
  const noise = make.add(build, make.random(build, seed, [count], false), make.filled(build, 0.5, [count]));
  return make.sum(build, make.multiply(build, flat, noise), [0]);
}

/** ∂y/∂(input name) element by element, by central differences. */
export function centralDifferences(y: Value, name: string, context: ReferenceContext, step = 1e-5): Float64Array {
  const tensor = context.inputs.get(name)!;
  const at = (element: number, shift: number): number => {
    const data = tensor.data.slice();
    data[element]! += shift;
    const inputs = new Map(context.inputs).set(name, { type: tensor.type, data });
    return evaluateValue(y, { ...context, inputs })[0]!;
  };
  return tensor.data.map((_, element) => (at(element, step) - at(element, -step)) / (2 * step));
}
