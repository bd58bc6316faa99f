/**
 * Small typed makers over the builder, one per core op and a few compounds. Views and casts that would change
 * nothing return their operand. Gradient rules, differentiation and elaboration build graphs through these.
 */
import type { Builder } from "../ir/builder.ts";
import type { ClockName } from "../ir/op.ts";
import type { Value } from "../ir/program.ts";
import { sameShape, type DType, type TensorType } from "../ir/type.ts";

type Unary = (build: Builder, operand: Value) => Value;
type Binary = (build: Builder, left: Value, right: Value) => Value;

function unary(name: string): Unary {
  return (build, operand) => build.make(name, [operand]);
}

function binary(name: string): Binary {
  return (build, left, right) => build.make(name, [left, right]);
}

// --- leaves ------------------------------------------------------------------------------------------------------

export function input(build: Builder, name: string, type: TensorType): Value {
  return build.make("input", [], { name, dtype: type.dtype, shape: type.shape });
}

export function storage(build: Builder, name: string, type: TensorType): Value {
  return build.make("storage", [], { name, dtype: type.dtype, shape: type.shape });
}

export function clock(build: Builder, name: ClockName): Value {
  return build.make("clock", [], { clock: name });
}

/** A scalar. */
export function constant(build: Builder, value: number, dtype: DType = "f32"): Value {
  return build.make("constant", [], { value, dtype });
}

/** A constant repeated over `shape`. */
export function filled(build: Builder, value: number, shape: readonly number[], dtype: DType = "f32"): Value {
  return broadcast(build, constant(build, value, dtype), shape, []);
}

/** A constant with the type of `example`. */
export function filledLike(build: Builder, value: number, example: Value): Value {
  return filled(build, value, example.type.shape, example.type.dtype);
}

/** The index along `axis` at every position of `shape`, i32. */
export function iota(build: Builder, shape: readonly number[], axis: number): Value {
  return build.make("iota", [], { shape, axis });
}

export function random(build: Builder, stream: number, shape: readonly number[], everyStep: boolean): Value {
  return build.make("random", [], { stream, shape, every_step: everyStep });
}

// --- pointwise ---------------------------------------------------------------------------------------------------

export const add = binary("add");
export const subtract = binary("subtract");
export const multiply = binary("multiply");
export const divide = binary("divide");
export const minimum = binary("minimum");
export const maximum = binary("maximum");
export const power = binary("power");
export const negate = unary("negate");
export const exp = unary("exp");
export const log = unary("log");
export const sqrt = unary("sqrt");
export const tanh = unary("tanh");
export const sigmoid = unary("sigmoid");
export const erf = unary("erf");
export const sin = unary("sin");
export const cos = unary("cos");
export const absolute = unary("absolute");
export const sign = unary("sign");
export const floor = unary("floor");
export const equal = binary("equal");
export const notEqual = binary("not_equal");
export const less = binary("less");
export const lessEqual = binary("less_equal");
export const and = binary("and");
export const or = binary("or");
export const not = unary("not");
export const stopGradient = unary("stop_gradient");

/** `whenTrue` where `condition` holds, else `whenFalse`. */
export function where(build: Builder, condition: Value, whenTrue: Value, whenFalse: Value): Value {
  return build.make("where", [condition, whenTrue, whenFalse]);
}

export function cast(build: Builder, operand: Value, dtype: DType): Value {
  return operand.type.dtype === dtype ? operand : build.make("cast", [operand], { dtype });
}

/** `operand * factor` for a number known at compile time. */
export function scale(build: Builder, operand: Value, factor: number): Value {
  return factor === 1 ? operand : multiply(build, operand, filledLike(build, factor, operand));
}

// --- views -------------------------------------------------------------------------------------------------------

export function reshape(build: Builder, operand: Value, shape: readonly number[]): Value {
  return sameShape(operand.type.shape, shape) ? operand : build.make("reshape", [operand], { shape });
}

/** Result axis k is operand axis `permutation[k]`. */
export function transpose(build: Builder, operand: Value, permutation: readonly number[]): Value {
  const trivial = permutation.every((from, to) => from === to);
  return trivial ? operand : build.make("transpose", [operand], { permutation });
}

/** Operand axis k becomes result axis `axes[k]`; the others repeat. */
export function broadcast(build: Builder, operand: Value, shape: readonly number[], axes: readonly number[]): Value {
  return sameShape(operand.type.shape, shape) ? operand : build.make("broadcast", [operand], { shape, axes });
}

/** Broadcast with the last axes aligned: the leading ones of `shape` that the operand lacks repeat. */
export function broadcastTo(build: Builder, operand: Value, shape: readonly number[]): Value {
  const missing = shape.length - operand.type.shape.length;
  const axes = operand.type.shape.map((_, axis) => axis + missing);
  return broadcast(build, operand, shape, axes);
}

/** Undoes the removal of `axes` by a reduction of a tensor of shape `shape`: repeats along them. */
export function expand(build: Builder, operand: Value, shape: readonly number[], axes: readonly number[]): Value {
  return broadcast(build, operand, shape, keptAxes(shape.length, axes));
}

export function slice(
  build: Builder,
  operand: Value,
  starts: readonly number[],
  stops: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): Value {
  const { shape } = operand.type;
  const whole = shape.every((size, axis) => starts[axis] === 0 && stops[axis] === size && steps[axis] === 1);
  return whole ? operand : build.make("slice", [operand], { starts, stops, steps });
}

export function pad(build: Builder, operand: Value, low: readonly number[], high: readonly number[], fill = 0): Value {
  const none = low.every((count) => count === 0) && high.every((count) => count === 0);
  return none ? operand : build.make("pad", [operand], { low, high, fill });
}

export function flip(build: Builder, operand: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? operand : build.make("flip", [operand], { axes });
}

export function concat(build: Builder, operands: readonly Value[], axis: number): Value {
  return operands.length === 1 ? operands[0]! : build.make("concat", operands, { axis });
}

// --- reductions, contractions, indexed ---------------------------------------------------------------------------

function reduction(name: "sum" | "max" | "min") {
  return (build: Builder, operand: Value, axes: readonly number[]): Value =>
    axes.length === 0 ? operand : build.make(name, [operand], { axes });
}

/** Reductions remove `axes` (increasing); with none they return the operand. */
export const sum = reduction("sum");
export const max = reduction("max");
export const min = reduction("min");

export function argmax(build: Builder, operand: Value, axis: number): Value {
  return build.make("argmax", [operand], { axis });
}

export function argmin(build: Builder, operand: Value, axis: number): Value {
  return build.make("argmin", [operand], { axis });
}

/** The adjoint of `broadcast(operand, …, axes)`: sums what was repeated, so that the result has `shape`. */
export function sumTo(build: Builder, operand: Value, shape: readonly number[], axes: readonly number[]): Value {
  const repeated = operand.type.shape.flatMap((size, axis) => {
    const from = axes.indexOf(axis);
    return from === -1 || shape[from] !== size ? [axis] : [];
  });
  return reshape(build, sum(build, operand, repeated), shape);
}

/** result[r…] = Σ left[l…] * right[r…] over the labels that `result` lacks. */
export function contract(
  build: Builder,
  left: Value,
  right: Value,
  labels: { readonly left: readonly number[]; readonly right: readonly number[]; readonly result: readonly number[] },
): Value {
  return build.make("contract", [left, right], { left: labels.left, right: labels.right, result: labels.result });
}

/** Rows of `table` at `indices`; zeros where an index is out of range. */
export function gather(build: Builder, table: Value, indices: Value): Value {
  return build.make("gather", [table, indices]);
}

/** Adds rows of `updates` into zeros with `size` rows, at `indices`. */
export function scatterAdd(build: Builder, indices: Value, updates: Value, size: number): Value {
  return build.make("scatter_add", [indices, updates], { size });
}

/** The placeholder for ∂y/∂x that differentiation replaces. */
export function gradient(build: Builder, y: Value, x: Value): Value {
  return build.make("gradient", [y, x]);
}

// --- questions ---------------------------------------------------------------------------------------------------

/** The axes of a tensor of this rank that are not in `removed`. */
export function keptAxes(rank: number, removed: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !removed.includes(axis));
}

/** The number that fills `value`, when it is a constant or a view or cast of one. */
export function constantOf(value: Value): number | undefined {
  if (value.op.name === "constant") return value.attributes["value"] as number;
  const transparent = ["broadcast", "reshape", "transpose", "stop_gradient"].includes(value.op.name);
  return transparent ? constantOf(value.operands[0]!) : undefined;
}
