/**
 * The reference: evaluates values and whole programs in float64, by each op's own `evaluate`. Slow and simple;
 * every kernel is compared with it.
 */
import { InvariantError } from "./builder.ts";
import type { ReferenceContext, ReferenceTensor } from "./op.ts";
import type { Program, Result, Value } from "./program.ts";
import { elementCount, typeText } from "./type.ts";
import { rootsOf, topological } from "./walk.ts";

/** One tensor per value, in their order. Each shared value is computed once and dropped after its last reader. */
export function evaluate(values: readonly Value[], context: ReferenceContext): ReferenceTensor[] {
  const order = topological(values);
  const readsLeft = new Map<Value, number>();
  const count = (value: Value, change: number): number => {
    const left = (readsLeft.get(value) ?? 0) + change;
    readsLeft.set(value, left);
    return left;
  };
  for (const value of values) count(value, 1);
  for (const value of order) for (const operand of value.operands) count(operand, 1);
  const tensors = new Map<Value, ReferenceTensor>();
  for (const value of order) {
    tensors.set(
      value,
      evaluateOne(
        value,
        value.operands.map((operand) => tensors.get(operand)!),
        context,
      ),
    );
    for (const operand of value.operands) if (count(operand, -1) === 0) tensors.delete(operand);
  }
  return values.map((value) => tensors.get(value)!);
}

function evaluateOne(value: Value, operands: readonly ReferenceTensor[], context: ReferenceContext): ReferenceTensor {
  const data = value.op.evaluate(value, operands, context);
  if (data.length !== elementCount(value.type.shape)) {
    throw new InvariantError(`${value.op.name} gave ${data.length} elements for ${typeText(value.type)}`);
  }
  return { type: value.type, data };
}

export interface Evaluated {
  readonly result: Result;
  readonly tensor: ReferenceTensor;
}

export interface ReferenceRun {
  /** Every result of the program, updates included, in the program's order. */
  readonly results: readonly Evaluated[];
  /** The storages after the call: the given ones with the updated replaced. The given map is left alone. */
  readonly storages: ReadonlyMap<string, ReferenceTensor>;
}

/** One call of an entry point: all results read the storages as they were, then the updates take effect. */
export function runProgram(program: Program, context: ReferenceContext): ReferenceRun {
  const tensors = evaluate(rootsOf(program), context);
  const results = program.results.map((result, k) => ({ result, tensor: tensors[k]! }));
  const storages = new Map(context.storages);
  for (const { result, tensor } of results) if (result.kind === "update") storages.set(result.name, tensor);
  return { results, storages };
}
