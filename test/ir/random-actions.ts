/** The steps of a random program: each makes one value from operands and numbers it picks, or none if none fit. */
import type { Builder } from "../../compiler/ir/builder.ts";
import type { Value } from "../../compiler/ir/program.ts";
import { elementCount, sameType, type DType } from "../../compiler/ir/type.ts";
import * as make from "../../compiler/ops/construct.ts";

export interface Pick {
  readonly build: Builder;
  /** An arbitrary number in 0..bound. */
  number(bound: number): number;
  /** An arbitrary value for which `wanted` holds, if there is one. */
  value(wanted: (value: Value) => boolean): Value | undefined;
}

export type Action = (pick: Pick) => Value | undefined;

const isFloat = (value: Value): boolean => value.type.dtype === "f32";
const isNumber = (value: Value): boolean => isFloat(value) || value.type.dtype === "i32";
const isBool = (value: Value): boolean => value.type.dtype === "bool";
const hasAxes = (value: Value): boolean => value.type.shape.length > 0 && elementCount(value.type.shape) > 0;
const anything = (): boolean => true;

const numbers: readonly number[] = [0, 1, 2, -1, 0.5, -2, 3, 0.1, 4, 1e-3];

function constantLike(pick: Pick, value: Value): Value {
  const number = numbers[pick.number(numbers.length)]!;
  const { dtype } = value.type;
  const fitting = dtype === "f32" ? number : dtype === "i32" ? Math.trunc(number) : Math.abs(Math.trunc(number));
  return make.filledLike(pick.build, dtype === "bool" ? Math.min(1, fitting) : fitting, value);
}

/** Another value of the same type, or a constant of that type, or a smaller value broadcast to it. */
function partner(pick: Pick, value: Value): Value {
  const choice = pick.number(4);
  if (choice === 0) return constantLike(pick, value);
  if (choice === 1) {
    const { shape, dtype } = value.type;
    const fits = (other: Value): boolean =>
      other.type.dtype === dtype && placement(other.type.shape, shape) !== undefined;
    const other = pick.value(fits);
    if (other !== undefined) return make.broadcast(pick.build, other, shape, placement(other.type.shape, shape)!);
  }
  return pick.value((other) => sameType(other.type, value.type)) ?? value;
}

/** Axes of `shape`, increasing, along which the smaller shape lies (sizes equal or 1), if it fits. */
function placement(smaller: readonly number[], shape: readonly number[]): number[] | undefined {
  const axes: number[] = [];
  let from = 0;
  for (const size of smaller) {
    while (from < shape.length && size !== 1 && shape[from] !== size) from++;
    if (from >= shape.length) return undefined;
    axes.push(from++);
  }
  return axes;
}

function unary(name: string, wanted = isFloat): Action {
  return (pick) => {
    const value = pick.value(wanted);
    return value && pick.build.make(name, [value]);
  };
}

function binary(name: string, wanted = isFloat): Action {
  return (pick) => {
    const left = pick.value(wanted);
    if (left === undefined) return undefined;
    const right = partner(pick, left);
    return pick.build.make(name, pick.number(2) === 0 ? [left, right] : [right, left]);
  };
}

const where: Action = (pick) => {
  const condition = pick.value(isBool);
  if (condition === undefined) return undefined;
  const { shape } = condition.type;
  const whenTrue = pick.value((value) => value.type.shape.join() === shape.join()) ?? condition;
  return make.where(pick.build, condition, whenTrue, partner(pick, whenTrue));
};

const cast: Action = (pick) => {
  const value = pick.value(anything)!;
  const dtype = (["f32", "i32", "u8", "bool"] satisfies DType[])[pick.number(4)]!;
  return pick.build.make("cast", [value], { dtype });
};

// --- views -------------------------------------------------------------------------------------------------------

const reshape: Action = (pick) => {
  const value = pick.value(hasAxes);
  if (value === undefined) return undefined;
  const shape = [...value.type.shape];
  const axis = pick.number(shape.length);
  const choice = pick.number(4);
  if (choice === 0) shape.splice(axis, 0, 1);
  else if (choice === 1) return make.reshape(pick.build, value, [elementCount(shape)]);
  else if (choice === 2 && axis + 1 < shape.length) shape.splice(axis, 2, shape[axis]! * shape[axis + 1]!);
  else if (shape[axis]! % 2 === 0) shape.splice(axis, 1, 2, shape[axis]! / 2);
  else if (shape[axis] === 1) shape.splice(axis, 1);
  return pick.build.make("reshape", [value], { shape });
};

const transpose: Action = (pick) => {
  const value = pick.value(hasAxes);
  if (value === undefined) return undefined;
  const permutation = value.type.shape.map((_, axis) => axis);
  for (let k = permutation.length - 1; k > 0; k--) {
    const other = pick.number(k + 1);
    [permutation[k], permutation[other]] = [permutation[other]!, permutation[k]!];
  }
  return pick.build.make("transpose", [value], { permutation });
};

const broadcast: Action = (pick) => {
  const value = pick.value((candidate) => candidate.type.shape.length < 4);
  if (value === undefined) return undefined;
  const at = pick.number(value.type.shape.length + 1);
  const shape = value.type.shape.map((size) => (size === 1 && pick.number(2) === 0 ? 3 : size));
  shape.splice(at, 0, [1, 2, 5][pick.number(3)]!);
  const axes = value.type.shape.map((_, axis) => (axis < at ? axis : axis + 1));
  return pick.build.make("broadcast", [value], { shape, axes });
};

const slice: Action = (pick) => {
  const value = pick.value(hasAxes);
  if (value === undefined) return undefined;
  const bounds = value.type.shape.map((size) => {
    if (pick.number(2) === 0) return { start: 0, stop: size, step: 1 };
    const start = pick.number(size);
    return { start, stop: start + 1 + pick.number(size - start), step: 1 + pick.number(2) };
  });
  const attributes = {
    starts: bounds.map(({ start }) => start),
    stops: bounds.map(({ stop }) => stop),
    steps: bounds.map(({ step }) => step),
  };
  return pick.build.make("slice", [value], attributes);
};

const pad: Action = (pick) => {
  const value = pick.value(hasAxes);
  if (value === undefined) return undefined;
  const low = value.type.shape.map(() => pick.number(3));
  const high = value.type.shape.map(() => pick.number(2));
  return pick.build.make("pad", [value], { low, high, fill: pick.number(2) });
};

const flip: Action = (pick) => {
  const value = pick.value(hasAxes);
  return value && pick.build.make("flip", [value], { axes: [pick.number(value.type.shape.length)] });
};

const concat: Action = (pick) => {
  const value = pick.value(hasAxes);
  if (value === undefined) return undefined;
  const operands = [value, partner(pick, value), partner(pick, value)].slice(0, 2 + pick.number(2));
  return pick.build.make("concat", operands, { axis: pick.number(value.type.shape.length) });
};

// --- reductions, contractions, indexed ---------------------------------------------------------------------------

function reduction(name: string): Action {
  return (pick) => {
    const value = pick.value((candidate) => isNumber(candidate) && hasAxes(candidate));
    if (value === undefined) return undefined;
    const axes = value.type.shape.map((_, axis) => axis).filter(() => pick.number(2) === 0);
    return pick.build.make(name, [value], { axes: axes.length > 0 ? axes : [pick.number(value.type.shape.length)] });
  };
}

function argument(name: string): Action {
  return (pick) => {
    const value = pick.value((candidate) => isNumber(candidate) && hasAxes(candidate));
    return value && pick.build.make(name, [value], { axis: pick.number(value.type.shape.length) });
  };
}

/** Two operands whose axes of equal size share labels; the shared ones are summed over or kept, the result shuffled. */
const contract: Action = (pick) => {
  const left = pick.value((value) => isFloat(value) && hasAxes(value));
  const right = left && pick.value((value) => isFloat(value) && hasAxes(value));
  if (left === undefined || right === undefined) return undefined;
  const leftLabels = left.type.shape.map((_, axis) => axis);
  const free = new Set(leftLabels);
  const rightLabels = right.type.shape.map((size, axis) => {
    const shared = leftLabels.find((label) => free.has(label) && left.type.shape[label] === size);
    if (shared !== undefined) free.delete(shared);
    return shared ?? 10 + axis;
  });
  const all = [...new Set([...leftLabels, ...rightLabels])];
  const shared = (label: number): boolean => leftLabels.includes(label) && rightLabels.includes(label);
  const result = all.filter((label) => !shared(label) || pick.number(4) === 0);
  if (pick.number(2) === 0) result.reverse();
  return make.contract(pick.build, left, right, { left: leftLabels, right: rightLabels, result });
};

const gather: Action = (pick) => {
  const table = pick.value((value) => isNumber(value) && hasAxes(value));
  const indices = pick.value((value) => value.type.dtype === "i32");
  return table && indices && make.gather(pick.build, table, indices);
};

const scatterAdd: Action = (pick) => {
  const updates = pick.value((value) => isFloat(value) && hasAxes(value));
  const leading = (value: Value): boolean =>
    updates !== undefined && value.type.shape.every((size, axis) => updates.type.shape[axis] === size);
  const indices = pick.value((value) => value.type.dtype === "i32" && leading(value));
  return updates && indices && make.scatterAdd(pick.build, indices, updates, 1 + pick.number(7));
};

const random: Action = (pick) => make.random(pick.build, pick.number(9), [2, 1 + pick.number(9)], pick.number(2) === 0);

/** Differentiable wherever the twins of `random-program.ts` agree. */
export const smoothActions: readonly Action[] = [
  ...["add", "subtract", "multiply", "divide", "power", "minimum", "maximum"].map((name) => binary(name)),
  ...["negate", "exp", "log", "sqrt", "tanh", "sigmoid", "erf", "sin", "cos"].map((name) => unary(name)),
  ...[reshape, transpose, broadcast, slice, pad, flip, concat, contract, contract],
  ...["sum", "max", "min"].map(reduction),
];

export const actions: readonly Action[] = [
  ...smoothActions,
  ...["add", "subtract", "multiply", "minimum", "maximum"].map((name) => binary(name, isNumber)),
  ...["negate", "absolute", "sign"].map((name) => unary(name, isNumber)),
  ...["equal", "not_equal", "less", "less_equal"].map((name) => binary(name, anything)),
  ...["and", "or"].map((name) => binary(name, isBool)),
  ...[unary("floor"), unary("not", isBool), unary("stop_gradient", anything)],
  ...[where, where, cast, cast, argument("argmax"), argument("argmin"), gather, scatterAdd, random],
];
