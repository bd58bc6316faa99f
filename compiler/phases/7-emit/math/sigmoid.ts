/** 1 / (1 + e^-x), within 4 ulp and without overflow: from t = e^-|x| it is 1 / (1 + t) or, for negative x, t / (1 + t). */
import type { Helper } from "../assembler.ts";
import { exp } from "./exp.ts";

export const sigmoid: Helper = {
  name: "math.sigmoid",
  parameters: ["v128"],
  result: "v128",
  build: (assembler, [x]) => {
    const { wasm } = assembler;
    const { f32x4, v128 } = wasm;
    const t = assembler.keep(assembler.callHelper(exp, [f32x4.neg(f32x4.abs(x!.get()))]));
    const top = v128.bitselect(t.get(), wasm.f32(1), f32x4.lt(x!.get(), wasm.f32(0)));
    return f32x4.div(top, f32x4.add(t.get(), wasm.f32(1)));
  },
};
