/** Philox4x32-10 against the known answers its authors publish, and the layout of the stream. */
import { expect, test } from "vitest";
import { philox, uniforms, type Words4 } from "../../compiler/ops/philox.ts";

const ones = 0xffffffff;

test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ones, ones, ones, ones],
    [ones, ones],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as [Words4, readonly [number, number], Words4][])("counter %j with key %j", (counter, key, words) => {
  expect(philox(counter, key)).toEqual(words);
});

test("element e is word e % 4 of block floor(e / 4), from key (seed low, high) and counter (block, stream, step, 0)", () => {
  const seed = 0x12345678 + 0x9abc * 2 ** 32;
  const stream = uniforms(11, seed, 6, 9);
  for (let element = 0; element < 11; element++) {
    const words = philox([Math.floor(element / 4), 6, 9, 0], [0x12345678, 0x9abc]);
    expect(stream[element]).toBe((words[element % 4]! >>> 8) / 2 ** 24);
  }
});

test("the numbers are exact in f32, lie in [0, 1), and have the mean and variance of the uniform distribution", () => {
  const stream = uniforms(40_000, 1, 2, 3);
  const mean = stream.reduce((a, b) => a + b) / stream.length;
  const variance = stream.reduce((total, x) => total + (x - mean) ** 2, 0) / stream.length;
  expect([...stream].every((x) => x >= 0 && x < 1 && Math.fround(x) === x)).toBe(true);
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 40_000));
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
});

test("another seed, stream or step gives other numbers", () => {
  const first = (seed: number, stream: number, step: number) => uniforms(1, seed, stream, step)[0];
  const drawn = [first(1, 1, 1), first(2, 1, 1), first(1, 2, 1), first(1, 1, 2), first(1 + 2 ** 32, 1, 1)];
  expect(new Set(drawn).size).toBe(drawn.length);
});
