/** Compiles loop functions, validates the module with wabt, and runs it over a memory of its own. */
import wabt from "wabt";
import { affineConstant, affineOf } from "../../compiler/ir/affine.ts";
import type { Expression, LoopFunction, LoopModule, Region, Variable } from "../../compiler/ir/loop.ts";
import { emit } from "../../compiler/phases/7-emit/emit.ts";
import type { Target } from "../../compiler/pass.ts";

const tools = await wabt();
// Node 20 has relaxed SIMD behind a flag; newer engines do not know the flag any more.
const { setFlagsFromString } = await import("node:v8");
if (Number(process.versions.node.split(".")[0]) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

export const targets: readonly Target[] = ["simd128", "relaxed"];

export interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly floats: Float32Array;
  readonly integers: Int32Array;
  readonly bytes: Uint8Array;
  run(): void;
}

export function validate(bytes: Uint8Array): void {
  const module = tools.readWasm(bytes, {
    simd: true,
    relaxed_simd: true,
    bulk_memory: true,
    sat_float_to_int: true,
    readDebugNames: true,
  });
  module.validate();
  module.destroy();
}

/** Instantiates a module whose entry `train` makes the given calls. The control block lies at byte 16. */
export function instantiate(
  calls: readonly { readonly function: LoopFunction; readonly addresses: readonly number[] }[],
  target: Target,
  pages = 16,
): Instance {
  const module: LoopModule = {
    functions: calls.map((call) => call.function),
    entries: [{ name: "train", calls }],
    control: 16,
    memoryPages: pages,
  };
  const bytes = emit(module, { target });
  validate(bytes);
  const memory = new WebAssembly.Memory({ initial: pages });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>), {
    env: { memory },
  });
  const run = instance.exports["train"] as () => void;
  return {
    memory,
    floats: new Float32Array(memory.buffer),
    integers: new Int32Array(memory.buffer),
    bytes: new Uint8Array(memory.buffer),
    run,
  };
}

/** result[i] = value(operands at i) for i below count (a multiple of 4), all f32. */
export function mapFunction(
  name: string,
  operands: number,
  count: number,
  value: (operands: Expression[]) => Expression,
): LoopFunction {
  const i: Variable = { name: "i", type: "index" };
  const result: Region = { name: "result" };
  const regions = Array.from({ length: operands }, (_, index): Region => ({ name: `operand${index}` }));
  const loads = regions.map((base): Expression => ({ kind: "load", base, index: affineOf(i), dtype: "f32", lanes: 4 }));
  return {
    name,
    regions: [result, ...regions],
    body: [
      {
        kind: "for",
        variable: i,
        from: affineConstant(0),
        to: affineConstant(count),
        step: 4,
        body: [{ kind: "store", base: result, index: affineOf(i), dtype: "f32", lanes: 4, value: value(loads) }],
      },
    ],
  };
}

/** Distance in units of the last place of the f32 nearest to `exact`; equal NaNs and infinities are 0 apart. */
export function ulps(actual: number, exact: number): number {
  const nearest = Math.fround(exact);
  if (Object.is(actual, nearest) || actual === nearest || (Number.isNaN(actual) && Number.isNaN(nearest))) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(nearest)) return Infinity;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact))));
  return Math.abs(actual - exact) / 2 ** (exponent - 23);
}
