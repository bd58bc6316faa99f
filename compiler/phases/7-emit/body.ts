/** Statements to instructions. A loop runs its body first and tests behind it; a test ahead only where needed. */
import type { LoopFunction, LoopIndex, Statement } from "../../ir/loop.ts";
import { emitIndex, emitPlace, emitStore } from "./memory.ts";
import type { Scope } from "./scope.ts";
import { emitValue } from "./value.ts";

type For = Extract<Statement, { kind: "for" }>;

export function emitBody(scope: Scope, body: readonly Statement[], nameOf: (callee: LoopFunction) => string): void {
  for (const statement of body) emitStatement(scope, statement, nameOf);
}

function emitStatement(scope: Scope, statement: Statement, nameOf: (callee: LoopFunction) => string): void {
  const { assembler } = scope;
  const { i32, memory } = assembler.wasm;
  switch (statement.kind) {
    case "for":
      return emitLoop(scope, statement, nameOf);
    case "assign":
      return assembler.run(scope.localOf(statement.variable).set(emitValue(scope, statement.value)));
    case "store":
      return emitStore(scope, statement, (value) => emitValue(scope, value));
    case "point":
      return assembler.run(scope.localOf(statement.variable).set(emitPlace(scope, statement)));
    case "clear": {
      const place = emitPlace(scope, { base: statement.base, index: statement.index, bytes: 4 });
      return assembler.run(memory.fill(place, i32.const(0), i32.const(statement.bytes)));
    }
    case "call": {
      const regions = statement.regions.map((place) => emitPlace(scope, place));
      const values = statement.values.map((value) => emitIndex(scope, value));
      return assembler.run(assembler.callFunction(nameOf(statement.function), [...regions, ...values]));
    }
  }
}

function emitLoop(scope: Scope, loop: For, nameOf: (callee: LoopFunction) => string): void {
  const { assembler } = scope;
  const { i32 } = assembler.wasm;
  const { from, to, step } = loop;
  const variable = scope.localOf(loop.variable);
  const trips = constantTrips(from, to, step);
  if (trips !== undefined && trips <= 0) return;
  assembler.run(variable.set(emitIndex(scope, from)));
  if (trips === 1) return emitBody(scope, loop.body, nameOf);
  const last = to.terms.length === 0 ? undefined : assembler.keep(emitIndex(scope, to), "i32");
  const bound = (): number => last?.get() ?? i32.const(to.constant);
  const run = (): void =>
    assembler.repeat(
      () => emitBody(scope, loop.body, nameOf),
      () => i32.lt_s(variable.tee(i32.add(variable.get(), i32.const(step))), bound()),
    );
  if (trips !== undefined) run();
  else assembler.when(i32.lt_s(variable.get(), bound()), run);
}

function constantTrips(from: LoopIndex, to: LoopIndex, step: number): number | undefined {
  if (from.terms.length > 0 || to.terms.length > 0) return undefined;
  return Math.ceil((to.constant - from.constant) / step);
}
