/** Lowers, transforms, emits and runs one contraction, and compares every stored element with the reference. */
import { expect } from "vitest";
import { lowerContract, type ContractOptions } from "../../compiler/phases/5-lower/contract.ts";
import { bytesOf } from "../../compiler/ir/type.ts";
import type { Buffer } from "../../compiler/ir/schedule.ts";
import type { LoopFunction } from "../../compiler/ir/loop.ts";
import { instantiate } from "../emit/harness.ts";
import { evaluateContract } from "./evaluate.ts";
import type { Case } from "./kernels.ts";

/** Numbers in [-1, 1) or bytes; the same for the same name. */
function fill(buffer: Buffer): Float64Array {
  let state = [...buffer.name].reduce((hash, letter) => hash * 31 + letter.charCodeAt(0), 7) >>> 0;
  return Float64Array.from({ length: buffer.elements }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return buffer.dtype === "u8" ? state >>> 24 : Math.fround((state >>> 8) / 2 ** 23 - 1);
  });
}

const slack = 256;

export function check(
  { kernel, inputs }: Case,
  options: ContractOptions,
  transform: (lowered: LoopFunction) => LoopFunction = (same) => same,
): void {
  const lowered = lowerContract(kernel, options);
  const offsets = new Map<Buffer | "scratch", number>();
  let end = 1024;
  for (const buffer of new Set([...inputs, ...kernel.stores.map((store) => store.buffer)])) {
    offsets.set(buffer, end);
    end += Math.ceil((buffer.elements * bytesOf(buffer.dtype) + slack) / 16) * 16;
  }
  offsets.set("scratch", end);
  const pages = Math.ceil((end + lowered.scratchBytes + slack) / 65536);
  const addresses = lowered.regions.map((region) => offsets.get(region)!);
  const instance = instantiate([{ function: transform(lowered.function), addresses }], options.target, pages);
  const contents = new Map(inputs.map((buffer) => [buffer, fill(buffer)]));
  const guard = 1234.5;
  instance.floats.fill(guard, 256);
  for (const [buffer, values] of contents) {
    const at = offsets.get(buffer)!;
    if (buffer.dtype === "u8") instance.bytes.set(values, at);
    else instance.floats.set(values, at / 4);
  }
  const expected = evaluateContract(kernel, contents);
  instance.run();
  const failures = expected.filter(
    ({ buffer, element, value, tolerance }) =>
      !(Math.abs(instance.floats[offsets.get(buffer)! / 4 + element]! - value) <= tolerance),
  );
  expect(failures.length, describe(kernel, instance.floats, offsets, failures[0])).toBe(0);
  for (const [buffer, at] of offsets) {
    if (buffer === "scratch") continue;
    const behind = at + Math.ceil((buffer.elements * bytesOf(buffer.dtype)) / 4) * 4;
    for (let word = 0; word < slack / 8; word++)
      expect(instance.floats[behind / 4 + word], `behind ${buffer.name}`).toBe(guard);
  }
  expect(instance.floats[Math.ceil((end + lowered.scratchBytes) / 4)], "behind scratch").toBe(guard);
}

function describe(
  kernel: Case["kernel"],
  floats: Float32Array,
  offsets: ReadonlyMap<Buffer | "scratch", number>,
  failure: ReturnType<typeof evaluateContract>[number] | undefined,
): string {
  if (failure === undefined) return "";
  const actual = floats[offsets.get(failure.buffer)! / 4 + failure.element];
  const axes = kernel.axes.map(({ role, extent }) => `${role} ${extent}`).join(", ");
  return `${axes}: ${failure.buffer.name}[${failure.element}] is ${actual}, not ${failure.value} ± ${failure.tolerance}`;
}
