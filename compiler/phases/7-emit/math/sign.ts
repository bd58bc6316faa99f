/** -1, 0 or 1; NaN of NaN. */
import type { Helper } from "../assembler.ts";

export const sign: Helper = {
  name: "math.sign",
  parameters: ["v128"],
  result: "v128",
  build: (assembler, [x]) => {
    const { wasm } = assembler;
    const { f32x4, v128 } = wasm;
    const positive = v128.and(f32x4.gt(x!.get(), wasm.f32(0)), wasm.f32(1));
    const negative = v128.and(f32x4.lt(x!.get(), wasm.f32(0)), wasm.f32(-1));
    const ordered = f32x4.eq(x!.get(), x!.get());
    return v128.bitselect(v128.or(positive, negative), x!.get(), ordered);
  },
};
