/**
 * The one file that knows Binaryen, and it decides nothing: instructions, functions under construction, helpers that
 * are defined when first called, and the finished module as bytes or text.
 */
import binaryen from "binaryen";
import type { Target } from "../../pass.ts";

/** An instruction tree. Each may be used once. */
export type Code = number;
export type ValueType = "i32" | "i64" | "v128";

type Module = InstanceType<typeof binaryen.Module>;

/** A local variable or parameter of a function under construction. */
export interface Local {
  get(): Code;
  set(value: Code): Code;
  tee(value: Code): Code;
}

/** A function shared by kernels, defined when first called. */
export interface Helper {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType;
  build(assembler: FunctionAssembler, parameters: readonly Local[]): Code;
}

export interface Instructions extends Pick<
  Module,
  "i32" | "i64" | "v128" | "i8x16" | "i16x8" | "i32x4" | "i64x2" | "f32x4" | "f64x2" | "memory"
> {
  /** a * b + c in four lanes: one rounding on the relaxed target, two on the plain one. */
  madd(a: Code, b: Code, c: Code): Code;
  /** The same number in all lanes. */
  f32(value: number): Code;
  int(value: number): Code;
  f64(value: number): Code;
}

export interface FunctionAssembler {
  readonly wasm: Instructions;
  local(type: ValueType): Local;
  /** Appends a statement. */
  run(code: Code): void;
  /** Keeps a value in a new local. */
  keep(value: Code, type?: ValueType): Local;
  /** A loop whose body runs at least once and again while `again()` is not zero. */
  repeat(body: () => void, again: () => Code): void;
  when(condition: Code, body: () => void): void;
  choose(condition: Code, yes: Code, no: Code): Code;
  callHelper(helper: Helper, operands: readonly Code[]): Code;
  callFunction(name: string, operands: readonly Code[]): Code;
}

export interface ModuleAssembler {
  define(
    name: string,
    parameters: readonly ValueType[],
    build: (assembler: FunctionAssembler, parameters: readonly Local[]) => void,
  ): void;
  exportFunction(name: string, exported: string): void;
  finish(format: "binary"): Uint8Array;
  finish(format: "text"): string;
}

const typeCodes: Readonly<Record<ValueType, number>> = {
  i32: binaryen.i32,
  i64: binaryen.i64,
  v128: binaryen.v128,
};

/** No maximum: the memory may have any. */
const unlimited = -1;

/** Passes of Binaryen that pay for their time; V8 does the rest. */
const passes = ["vacuum", "coalesce-locals", "reorder-locals", "vacuum"];

export interface ModuleOptions {
  readonly target: Target;
  readonly memoryPages: number;
  readonly sections: readonly { readonly name: string; readonly data: Uint8Array }[];
  readonly optimize: boolean;
}

/** Binaryen's C function that its JavaScript objects lack. */
interface TernaryExport {
  _BinaryenSIMDTernary(module: number, operation: number, a: number, b: number, c: number): number;
}

function instructionsOf(module: Module, target: Target): Instructions {
  const { i32, i64, v128, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2, memory } = module;
  const ternary = binaryen as unknown as TernaryExport;
  const fused = (a: Code, b: Code, c: Code): Code =>
    ternary._BinaryenSIMDTernary(module.ptr, binaryen.RelaxedMaddVecF32x4, a, b, c);
  const separate = (a: Code, b: Code, c: Code): Code => f32x4.add(f32x4.mul(a, b), c);
  return {
    ...{ i32, i64, v128, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2, memory },
    madd: target === "relaxed" ? fused : separate,
    f32: (value) => f32x4.splat(module.f32.const(value)),
    int: (value) => (value === 0 ? v128.const(new Uint8Array(16)) : i32x4.splat(i32.const(value))),
    f64: (value) => f64x2.splat(module.f64.const(value)),
  };
}

/** One function: statements accumulate, nested bodies are collected apart. */
class FunctionUnderConstruction implements FunctionAssembler {
  readonly wasm: Instructions;
  readonly types: ValueType[] = [];
  statements: Code[] = [];
  readonly #module: Module;
  readonly #parameters: number;
  readonly #require: (helper: Helper) => void;
  #labels = 0;

  constructor(module: Module, wasm: Instructions, parameters: number, require: (helper: Helper) => void) {
    this.#module = module;
    this.wasm = wasm;
    this.#parameters = parameters;
    this.#require = require;
  }

  local(type: ValueType): Local {
    this.types.push(type);
    return this.localAt(this.#parameters + this.types.length - 1, type);
  }

  localAt(index: number, type: ValueType): Local {
    const { local } = this.#module;
    return {
      get: () => local.get(index, typeCodes[type]),
      set: (value) => local.set(index, value),
      tee: (value) => local.tee(index, value, typeCodes[type]),
    };
  }

  run(code: Code): void {
    this.statements.push(code);
  }

  keep(value: Code, type: ValueType = "v128"): Local {
    const local = this.local(type);
    this.run(local.set(value));
    return local;
  }

  repeat(body: () => void, again: () => Code): void {
    const label = `loop${this.#labels++}`;
    const statements = this.#collect(() => {
      body();
      this.run(this.#module.br_if(label, again()));
    });
    this.run(this.#module.loop(label, this.#module.block(null, statements)));
  }

  when(condition: Code, body: () => void): void {
    this.run(this.#module.if(condition, this.#module.block(null, this.#collect(body))));
  }

  choose(condition: Code, yes: Code, no: Code): Code {
    return this.#module.if(condition, yes, no);
  }

  callHelper(helper: Helper, operands: readonly Code[]): Code {
    this.#require(helper);
    return this.#module.call(helper.name, operands, typeCodes[helper.result]);
  }

  callFunction(name: string, operands: readonly Code[]): Code {
    return this.#module.call(name, operands, binaryen.none);
  }

  #collect(body: () => void): Code[] {
    const outer = this.statements;
    this.statements = [];
    body();
    const inner = this.statements;
    this.statements = outer;
    return inner;
  }
}

/** Starts a module that imports its memory as `env.memory` and has the given custom sections. */
export function assembleModule(options: ModuleOptions): ModuleAssembler {
  const module = new binaryen.Module();
  module.setFeatures(
    binaryen.Features.SIMD128 |
      binaryen.Features.BulkMemory |
      binaryen.Features.BulkMemoryOpt |
      binaryen.Features.NontrappingFPToInt |
      binaryen.Features.SignExt |
      (options.target === "relaxed" ? binaryen.Features.RelaxedSIMD : 0),
  );
  module.setMemory(options.memoryPages, unlimited, null, [], false, false, "memory");
  module.addMemoryImport("memory", "env", "memory");
  const wasm = instructionsOf(module, options.target);
  const defined = new Set<string>();
  const require = (helper: Helper): void => {
    if (defined.has(helper.name)) return;
    defined.add(helper.name);
    const current = new FunctionUnderConstruction(module, wasm, helper.parameters.length, require);
    const result = helper.build(
      current,
      helper.parameters.map((type, index) => current.localAt(index, type)),
    );
    add(helper.name, helper.parameters, typeCodes[helper.result], current, [...current.statements, result]);
  };
  const add = (
    name: string,
    parameters: readonly ValueType[],
    result: number,
    current: FunctionUnderConstruction,
    statements: readonly Code[],
  ): void => {
    const types = current.types.map((type) => typeCodes[type]);
    const inputs = binaryen.createType(parameters.map((type) => typeCodes[type]));
    module.addFunction(name, inputs, result, types, module.block(null, statements, result));
  };
  return {
    define: (name, parameters, build) => {
      const current = new FunctionUnderConstruction(module, wasm, parameters.length, require);
      build(
        current,
        parameters.map((type, index) => current.localAt(index, type)),
      );
      add(name, parameters, binaryen.none, current, current.statements);
    },
    exportFunction: (name, exported) => void module.addFunctionExport(name, exported),
    finish: ((format: "binary" | "text") => finish(module, options, format)) as ModuleAssembler["finish"],
  };
}

function finish(module: Module, options: ModuleOptions, format: "binary" | "text"): Uint8Array | string {
  for (const { name, data } of options.sections) module.addCustomSection(name, data);
  if (options.optimize) {
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(0);
    module.runPasses(passes);
  }
  if (!module.validate()) throw new Error("emit: Binaryen finds the module invalid");
  binaryen.setDebugInfo(true);
  const result = format === "binary" ? module.emitBinary() : module.emitText();
  module.dispose();
  return result;
}
