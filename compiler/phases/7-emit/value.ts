/** Expressions to instructions: every value is a vector of four lanes. */
import type { Expression } from "../../ir/loop.ts";
import { typeOf } from "../../ir/loop-type.ts";
import { acrossHelper } from "./across.ts";
import { emitApply } from "./apply.ts";
import type { Code, FunctionAssembler } from "./assembler.ts";
import { random } from "./math/philox.ts";
import { emitIndex, emitLoad } from "./memory.ts";
import type { Scope } from "./scope.ts";

export function emitValue(scope: Scope, expression: Expression): Code {
  const { assembler } = scope;
  const { wasm } = assembler;
  const emit = (value: Expression): Code => emitValue(scope, value);
  switch (expression.kind) {
    case "constant":
      if (expression.type === "f32") return wasm.f32(expression.value);
      return wasm.int(expression.type === "bool" ? -Number(expression.value !== 0) : expression.value);
    case "variable":
      return scope.localOf(expression.variable).get();
    case "load":
      return emitLoad(scope, expression, emit);
    case "apply":
      return emitApply(assembler, expression, emit);
    case "narrow":
      return wasm.v128.and(emit(expression.value), wasm.int(255));
    case "multiplyAdd":
      return wasm.madd(emit(expression.a), emit(expression.b), emit(expression.c));
    case "index":
      return emitLaneIndex(scope, expression);
    case "random":
      return emitRandom(scope, expression);
    case "across":
      return assembler.callHelper(acrossHelper(expression.combiner, typeOf(expression.value)), [
        emit(expression.value),
      ]);
    case "lane": {
      const lanes = new Array<number>(4).fill(expression.lane);
      const value = assembler.keep(emit(expression.value));
      return shuffleLanes(assembler, value.get(), value.get(), lanes);
    }
    case "shuffle":
      return shuffleLanes(assembler, emit(expression.a), emit(expression.b), expression.lanes);
  }
}

function shuffleLanes({ wasm }: FunctionAssembler, a: Code, b: Code, lanes: readonly number[]): Code {
  return wasm.i8x16.shuffle(
    a,
    b,
    lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  );
}

function emitLaneIndex(scope: Scope, { index, step }: Extract<Expression, { kind: "index" }>): Code {
  const { i32x4, v128 } = scope.assembler.wasm;
  const first = i32x4.splat(emitIndex(scope, index));
  if (step === 0) return first;
  const steps = new Int32Array([0, step, 2 * step, 3 * step]);
  return i32x4.add(first, v128.const(new Uint8Array(steps.buffer)));
}

/** Lanes that are neither equal nor consecutive elements are computed one by one. */
function emitRandom(scope: Scope, expression: Extract<Expression, { kind: "random" }>): Code {
  const { assembler, control } = scope;
  const { i32, i32x4, f32x4 } = assembler.wasm;
  const { stream, everyStep, step } = expression;
  const call = (lane: number): Code => {
    const element = i32.add(emitIndex(scope, expression.element), i32.const(lane * step));
    const counter = everyStep ? i32.load(0, 4, i32.const(control)) : i32.const(0);
    return assembler.callHelper(random(control), [element, i32.const(stream), counter]);
  };
  if (step === 1) return call(0);
  let result = i32x4.splat(i32x4.extract_lane(call(0), 0));
  if (step === 0) return result;
  for (const lane of [1, 2, 3]) {
    result = f32x4.replace_lane(result, lane, f32x4.extract_lane(call(lane), 0));
  }
  return result;
}
