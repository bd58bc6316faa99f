/**
 * Makes values: infers their type, and returns the existing object when the same op on the same operands with
 * the same attributes was made before.
 */
import type { Op } from "./op.ts";
import type { Attributes, Origin, Value } from "./program.ts";
import { typeText } from "./type.ts";

/** A mistake of nnc itself, not of the user: names what broke. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

export class Builder {
  readonly #ops: ReadonlyMap<string, Op>;
  readonly #values = new Map<string, Value>();
  /** Given to new values whose maker names no origin. */
  origin: Origin = { kind: "none" };

  constructor(ops: ReadonlyMap<string, Op>) {
    this.#ops = ops;
  }

  op(name: string): Op {
    const op = this.#ops.get(name);
    if (op === undefined) throw new InvariantError(`there is no core op named ${name}`);
    return op;
  }

  /** Throws InvariantError on operands the op refuses: callers check what users can get wrong beforehand. */
  make(name: string, operands: readonly Value[] = [], attributes: Attributes = {}, origin = this.origin): Value {
    const op = this.op(name);
    const key = `${name}(${operands.map((operand) => operand.id).join(",")})${attributesKey(attributes)}`;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const type = op.infer(
      operands.map((operand) => operand.type),
      attributes,
    );
    if ("mismatch" in type) {
      const given = operands.map((operand) => typeText(operand.type)).join(", ");
      throw new InvariantError(`${name}(${given})${attributesKey(attributes)}: ${type.mismatch}`);
    }
    const value: Value = { id: this.#values.size, op, operands, attributes, type, origin };
    this.#values.set(key, value);
    return value;
  }
}

function attributesKey(attributes: Attributes): string {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return "";
  // JSON writes NaN and the infinities as null and -0 as 0, which would merge different constants.
  const text = (value: unknown): string =>
    typeof value === "number"
      ? Object.is(value, -0)
        ? "-0"
        : String(value)
      : Array.isArray(value)
        ? `[${value.map(text).join(",")}]`
        : JSON.stringify(value);
  return `{${names.map((name) => `${name}:${text(attributes[name])}`).join(",")}}`;
}
