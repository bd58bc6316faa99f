/** Scalar functions on lanes. Arithmetic is IEEE: minimum and maximum propagate NaN, sign(NaN) is NaN. */
import type { Expression, LaneType } from "../../ir/loop.ts";
import { typeOf } from "../../ir/loop-type.ts";
import type { Code, FunctionAssembler, Helper, Instructions } from "./assembler.ts";
import { erf } from "./math/erf.ts";
import { exp } from "./math/exp.ts";
import { log } from "./math/log.ts";
import { power } from "./math/power.ts";
import { sigmoid } from "./math/sigmoid.ts";
import { sign } from "./math/sign.ts";
import { tanh } from "./math/tanh.ts";
import { cos, sin } from "./math/trigonometry.ts";

type Apply = Extract<Expression, { kind: "apply" }>;
type Operands = readonly Code[];

const helpers: Partial<Record<Apply["function"], Helper>> = { exp, log, tanh, sigmoid, erf, sin, cos, power };

export function emitApply(assembler: FunctionAssembler, apply: Apply, emit: (value: Expression) => Code): Code {
  const { wasm } = assembler;
  const type = typeOf(apply.arguments[0]!);
  const helper = apply.function === "sign" && type === "f32" ? sign : helpers[apply.function];
  if (apply.function === "convert") return convert(wasm, type, apply.type, emit(apply.arguments[0]!));
  if (apply.function === "minimum" || apply.function === "maximum") return emitExtreme(wasm, apply, type, emit);
  if (helper === undefined && apply.function === "sign") {
    const value = assembler.keep(emit(apply.arguments[0]!));
    const negative = wasm.i32x4.lt_s(value.get(), wasm.int(0));
    return wasm.i32x4.sub(negative, wasm.i32x4.gt_s(value.get(), wasm.int(0)));
  }
  const operands = apply.arguments.map(emit);
  if (helper !== undefined) return assembler.callHelper(helper, operands);
  return type === "f32" ? floatFunction(wasm, apply, operands) : integerFunction(wasm, apply, type, operands);
}

function floatFunction({ f32x4 }: Instructions, apply: Apply, operands: Operands): Code {
  const [a, b] = operands as [Code, Code];
  switch (apply.function) {
    case "add":
      return f32x4.add(a, b);
    case "subtract":
      return f32x4.sub(a, b);
    case "multiply":
      return f32x4.mul(a, b);
    case "divide":
      return f32x4.div(a, b);
    case "negate":
      return f32x4.neg(a);
    case "sqrt":
      return f32x4.sqrt(a);
    case "absolute":
      return f32x4.abs(a);
    case "floor":
      return f32x4.floor(a);
    case "equal":
      return f32x4.eq(a, b);
    case "notEqual":
      return f32x4.ne(a, b);
    case "less":
      return f32x4.lt(a, b);
    case "lessEqual":
      return f32x4.le(a, b);
    default:
      throw new Error(`emit: ${apply.function} of f32`);
  }
}

/** Masks are integers too: false is 0 and true is -1, so the order of bools is that of integers reversed. */
function integerFunction(wasm: Instructions, apply: Apply, type: LaneType, operands: Operands): Code {
  const { i32x4, v128 } = wasm;
  const [a, b, c] = operands as [Code, Code, Code];
  switch (apply.function) {
    case "add":
      return i32x4.add(a, b);
    case "subtract":
      return i32x4.sub(a, b);
    case "multiply":
      return i32x4.mul(a, b);
    case "negate":
      return i32x4.neg(a);
    case "absolute":
      return i32x4.abs(a);
    case "equal":
      return i32x4.eq(a, b);
    case "notEqual":
      return i32x4.ne(a, b);
    case "less":
      return type === "bool" ? i32x4.gt_s(a, b) : i32x4.lt_s(a, b);
    case "lessEqual":
      return type === "bool" ? i32x4.ge_s(a, b) : i32x4.le_s(a, b);
    case "and":
      return v128.and(a, b);
    case "or":
      return v128.or(a, b);
    case "not":
      return v128.not(a);
    case "select":
      return v128.bitselect(b, c, a);
    default:
      throw new Error(`emit: ${apply.function} of ${type}`);
  }
}

/**
 * `pmin(a, b)` is `b < a ? b : a`: one instruction, and NaN of `a` survives. So it is exact when `b` is a constant
 * that is not NaN; otherwise the slower instruction that propagates NaN of both.
 */
function emitExtreme(wasm: Instructions, apply: Apply, type: LaneType, emit: (value: Expression) => Code): Code {
  const { f32x4, i32x4 } = wasm;
  const [first, second] = apply.arguments as [Expression, Expression];
  const smaller = apply.function === "minimum";
  if (type !== "f32") return (smaller ? i32x4.min_s : i32x4.max_s)(emit(first), emit(second));
  if (isNumber(second)) return (smaller ? f32x4.pmin : f32x4.pmax)(emit(first), emit(second));
  if (isNumber(first)) return (smaller ? f32x4.pmin : f32x4.pmax)(emit(second), emit(first));
  return (smaller ? f32x4.min : f32x4.max)(emit(first), emit(second));
}

function isNumber(expression: Expression): boolean {
  return expression.kind === "constant" && !Number.isNaN(expression.value);
}

function convert(wasm: Instructions, from: LaneType, to: LaneType, value: Code): Code {
  const { f32x4, i32x4, v128 } = wasm;
  if (from === to) return value;
  if (to === "bool") return from === "f32" ? f32x4.ne(value, wasm.f32(0)) : i32x4.ne(value, wasm.int(0));
  if (from === "bool") return to === "f32" ? v128.and(value, wasm.f32(1)) : i32x4.neg(value);
  return to === "f32" ? f32x4.convert_i32x4_s(value) : i32x4.trunc_sat_f32x4_s(value);
}
