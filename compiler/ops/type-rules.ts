/**
 * Checks shared by type rules. Each returns the sentence that explains a mismatch, or undefined when all is well.
 */
import type { TypeMismatch } from "../ir/op.ts";
import { sameShape, typeText, type DType, type TensorType } from "../ir/type.ts";

/** Every operand has the shape of the first. */
export function differingShapes(name: string, operands: readonly TensorType[]): TypeMismatch | undefined {
  const first = operands[0]!;
  if (operands.every((operand) => sameShape(operand.shape, first.shape))) return undefined;
  return { mismatch: `${name} needs operands of the same shape, got ${list(operands)}` };
}

/** Every operand has the same dtype, one of those allowed. */
export function wrongDtype(
  name: string,
  operands: readonly TensorType[],
  allowed: readonly DType[],
): TypeMismatch | undefined {
  const odd = operands.find((operand) => !allowed.includes(operand.dtype));
  if (odd !== undefined) return { mismatch: `${name} is defined for ${allowed.join(" and ")}, got ${list(operands)}` };
  if (operands.every((operand) => operand.dtype === operands[0]!.dtype)) return undefined;
  return { mismatch: `${name} needs operands of one dtype, got ${list(operands)}` };
}

/** `axes` are strictly increasing axes of a tensor of this rank. */
export function wrongAxes(name: string, axes: readonly number[], rank: number): TypeMismatch | undefined {
  const inside = axes.every((axis) => axis >= 0 && axis < rank);
  if (!inside)
    return { mismatch: `${name}: axes [${axes.join(", ")}] must lie in 0..${rank} of an operand of rank ${rank}` };
  const increasing = axes.every((axis, k) => k === 0 || axis > axes[k - 1]!);
  return increasing ? undefined : { mismatch: `${name}: axes [${axes.join(", ")}] must increase without repetition` };
}

/** A list attribute has one entry for each axis of the operand. */
export function wrongLength(
  name: string,
  attribute: string,
  values: readonly number[],
  operand: TensorType,
): TypeMismatch | undefined {
  if (values.length === operand.shape.length) return undefined;
  const needed = operand.shape.length;
  return {
    mismatch: `${name}: ${attribute} needs one entry per axis of ${typeText(operand)} (${needed}), got ${values.length}`,
  };
}

/** A shape attribute holds no negative size. */
export function wrongSizes(name: string, shape: readonly number[]): TypeMismatch | undefined {
  if (shape.every((size) => size >= 0)) return undefined;
  return { mismatch: `${name}: sizes must not be negative, got [${shape.join(", ")}]` };
}

export function list(operands: readonly TensorType[]): string {
  return operands.map(typeText).join(" and ");
}
