/**
 * Uniform numbers in [0, 1) by Philox4x32-10 (Salmon, Moraes, Dror, Shaw, 2011): key = (seed low, seed high), counter =
 * (block, stream, step, 0). Element e is word e % 4 of block floor(e / 4), as (word >>> 8) * 2^-24.
 */
import type { Code, FunctionAssembler, Helper, Local } from "../assembler.ts";

/** Byte offsets in the control block: step, epoch, rows, seed high, seed low. */
const seedHigh = 12;
const seedLow = 16;

const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const weyl = [0x9e3779b9, 0xbb67ae85] as const;
const rounds = 10;

/** Elements `element` to `element + 3` of a stream. */
export function random(control: number): Helper {
  const blockOf = block(control);
  return {
    name: "random.lanes",
    parameters: ["i32", "i32", "i32"],
    result: "v128",
    build: (assembler, [element, stream, step]) => {
      const { wasm } = assembler;
      const { i32, v128, i8x16, i32x4, f32x4 } = wasm;
      const call = (offset: number): Code =>
        assembler.callHelper(blockOf, [
          i32.add(i32.shr_u(element!.get(), i32.const(2)), i32.const(offset)),
          stream!.get(),
          step!.get(),
        ]);
      const words = assembler.keep(call(0));
      const shift = assembler.keep(i32.shl(i32.and(element!.get(), i32.const(3)), i32.const(2)), "i32");
      assembler.when(shift.get(), () => {
        // Byte numbers outside 0 to 15 select zero, so that two swizzles and an or concatenate the blocks.
        const bytes = assembler.keep(
          i8x16.add(v128.const([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]), i8x16.splat(shift.get())),
        );
        const first = i8x16.swizzle(words.get(), bytes.get());
        const second = i8x16.swizzle(call(1), i8x16.sub(bytes.get(), i8x16.splat(i32.const(16))));
        assembler.run(words.set(v128.or(first, second)));
      });
      const bits = f32x4.convert_i32x4_s(i32x4.shr_u(words.get(), i32.const(8)));
      return f32x4.mul(bits, wasm.f32(2 ** -24));
    },
  };
}

function block(control: number): Helper {
  return {
    name: "random.block",
    parameters: ["i32", "i32", "i32"],
    result: "v128",
    build: (assembler, [index, stream, step]) => {
      const { i32 } = assembler.wasm;
      const words = [index!, stream!, step!, assembler.keep(i32.const(0), "i32")];
      const keys = [seedLow, seedHigh].map((offset) => assembler.keep(i32.load(offset, 4, i32.const(control)), "i32"));
      const count = assembler.keep(i32.const(rounds), "i32");
      assembler.repeat(
        () => {
          round(assembler, words, keys);
          keys.forEach((key, at) => assembler.run(key.set(i32.add(key.get(), i32.const(weyl[at]! | 0)))));
        },
        () => count.tee(i32.sub(count.get(), i32.const(1))),
      );
      return vectorOf(assembler, words);
    },
  };
}

/** (w0, w1, w2, w3) becomes (high(b) ^ w1 ^ k0, low(b), high(a) ^ w3 ^ k1, low(a)) with a = m0 w0 and b = m1 w2. */
function round(assembler: FunctionAssembler, words: readonly Local[], keys: readonly Local[]): void {
  const { i32, i64 } = assembler.wasm;
  const [w0, w1, w2, w3] = words as [Local, Local, Local, Local];
  const product = (word: Local, multiplier: number): Local =>
    assembler.keep(i64.mul(i64.extend_u(word.get()), i64.const(BigInt(multiplier))), "i64");
  const high = (value: Local): Code => i32.wrap(i64.shr_u(value.get(), i64.const(32n)));
  const a = product(w0, multipliers[0]);
  const b = product(w2, multipliers[1]);
  assembler.run(w0.set(i32.xor(i32.xor(high(b), w1.get()), keys[0]!.get())));
  assembler.run(w1.set(i32.wrap(b.get())));
  assembler.run(w2.set(i32.xor(i32.xor(high(a), w3.get()), keys[1]!.get())));
  assembler.run(w3.set(i32.wrap(a.get())));
}

function vectorOf({ wasm }: FunctionAssembler, words: readonly Local[]): Code {
  return words
    .slice(1)
    .reduce(
      (vector, word, at) => wasm.i32x4.replace_lane(vector, at + 1, word.get()),
      wasm.i32x4.splat(words[0]!.get()),
    );
}
