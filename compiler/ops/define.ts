/**
 * Wraps an op's type rule with what every op needs checked first: the number of operands and the attribute
 * schema. Also the readers through which ops read attributes that this check has accepted.
 */
import { InvariantError } from "../ir/builder.ts";
import type { AttributeKind, Op, TypeMismatch } from "../ir/op.ts";
import type { Attribute, Attributes } from "../ir/program.ts";
import type { DType, TensorType } from "../ir/type.ts";

const dtypes: ReadonlySet<unknown> = new Set<DType>(["f32", "i32", "u8", "bool"]);

/** The op with its type rule guarded: `infer` sees only the right number of operands and complete attributes. */
export function defineOp(op: Op): Op {
  return {
    ...op,
    infer(operands, attributes) {
      return wrongArity(op, operands) ?? wrongAttributes(op, attributes) ?? op.infer(operands, attributes);
    },
  };
}

function wrongArity(op: Op, operands: readonly TensorType[]): TypeMismatch | undefined {
  if (op.operands === "variadic") {
    return operands.length > 0 ? undefined : { mismatch: `${op.name} needs at least one operand and got none` };
  }
  const needed = op.operands.length;
  if (operands.length === needed) return undefined;
  const names = needed === 0 ? "no operands" : `${needed} (${op.operands.join(", ")})`;
  return { mismatch: `${op.name} needs ${names} and got ${operands.length}` };
}

function wrongAttributes(op: Op, attributes: Attributes): TypeMismatch | undefined {
  for (const [name, kind] of Object.entries(op.attributes)) {
    const value = attributes[name];
    if (value === undefined) return { mismatch: `${op.name} needs the attribute ${name} (${kind})` };
    if (!isOfKind(value, kind)) {
      return { mismatch: `the attribute ${name} of ${op.name} must be of kind ${kind}, got ${JSON.stringify(value)}` };
    }
  }
  const unknown = Object.keys(attributes).find((name) => op.attributes[name] === undefined);
  return unknown === undefined ? undefined : { mismatch: `${op.name} has no attribute ${unknown}` };
}

function isOfKind(value: Attribute, kind: AttributeKind): boolean {
  switch (kind) {
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "dtype":
      return dtypes.has(value);
    case "integers":
      return Array.isArray(value) && value.every((item) => Number.isInteger(item));
    case "numbers":
      return Array.isArray(value) && value.every((item) => typeof item === "number");
  }
}

export function integersOf(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name];
  if (!Array.isArray(value)) throw new InvariantError(`the attribute ${name} is not a list`);
  return value as readonly number[];
}

export function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name];
  if (typeof value !== "number") throw new InvariantError(`the attribute ${name} is not a number`);
  return value;
}

export function stringOf(attributes: Attributes, name: string): string {
  const value = attributes[name];
  if (typeof value !== "string") throw new InvariantError(`the attribute ${name} is not a string`);
  return value;
}

export function booleanOf(attributes: Attributes, name: string): boolean {
  const value = attributes[name];
  if (typeof value !== "boolean") throw new InvariantError(`the attribute ${name} is not a boolean`);
  return value;
}

export function dtypeOf(attributes: Attributes, name = "dtype"): DType {
  const value = attributes[name];
  if (!dtypes.has(value)) throw new InvariantError(`the attribute ${name} is not a dtype`);
  return value as DType;
}
