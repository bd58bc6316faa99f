/**
 * The last phase: loops in, one WebAssembly module out. It imports `env.memory`, exports one function per entry, and
 * keeps the names of the kernels for profiles and stack traces.
 */
import type { LoopFunction, LoopModule, Region, Statement, Variable } from "../../ir/loop.ts";
import type { Target } from "../../pass.ts";
import { assembleModule, type Local, type ModuleAssembler, type ValueType } from "./assembler.ts";
import { emitBody } from "./body.ts";
import { createScope } from "./scope.ts";

export interface CustomSection {
  readonly name: string;
  readonly data: Uint8Array;
}

export interface EmitOptions {
  readonly target: Target;
  readonly sections?: readonly CustomSection[];
  /** Binaryen's passes; on unless told otherwise. */
  readonly optimize?: boolean;
}

export function emit(module: LoopModule, options: EmitOptions): Uint8Array {
  return assemble(module, options).finish("binary");
}

/** The module in WebAssembly's text format. */
export function emitText(module: LoopModule, options: EmitOptions): string {
  return assemble(module, options).finish("text");
}

function assemble(module: LoopModule, options: EmitOptions): ModuleAssembler {
  const { target, sections = [], optimize = true } = options;
  const assembler = assembleModule({ target, sections, optimize, memoryPages: module.memoryPages });
  const names = nameFunctions(module);
  const nameOf = (callee: LoopFunction): string => names.get(callee)!;
  for (const [callee, name] of names) emitFunction(assembler, callee, name, module.control, nameOf);
  for (const entry of module.entries) {
    const name = `entry.${entry.name}`;
    assembler.define(name, [], (current) => {
      for (const call of entry.calls) {
        const addresses = call.addresses.map((address) => current.wasm.i32.const(address));
        current.run(current.callFunction(nameOf(call.function), addresses));
      }
    });
    assembler.exportFunction(name, entry.name);
  }
  return assembler;
}

/** Every function reached from the entries, callees first, each with a name of its own. */
function nameFunctions(module: LoopModule): Map<LoopFunction, string> {
  const names = new Map<LoopFunction, string>();
  const taken = new Set<string>();
  const visit = (callee: LoopFunction): void => {
    if (names.has(callee)) return;
    for (const called of calledBy(callee.body)) visit(called);
    let name = `kernel.${callee.name}`;
    for (let suffix = 2; taken.has(name); suffix++) name = `kernel.${callee.name}.${suffix}`;
    taken.add(name);
    names.set(callee, name);
  };
  for (const entry of module.entries) for (const call of entry.calls) visit(call.function);
  return names;
}

function calledBy(body: readonly Statement[]): LoopFunction[] {
  return body.flatMap((statement) => {
    if (statement.kind === "call") return [statement.function];
    return statement.kind === "for" ? calledBy(statement.body) : [];
  });
}

function emitFunction(
  assembler: ModuleAssembler,
  source: LoopFunction,
  name: string,
  control: number,
  nameOf: (callee: LoopFunction) => string,
): void {
  const inputs: (Region | Variable)[] = [...source.regions, ...(source.parameters ?? [])];
  const types = inputs.map((): ValueType => "i32");
  assembler.define(name, types, (current, parameters) => {
    const places = new Map<Region | Variable, Local>(inputs.map((input, index) => [input, parameters[index]!]));
    emitBody(createScope(current, control, places), source.body, nameOf);
  });
}
