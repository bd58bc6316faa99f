/** Runs a function of two f64 lanes over both halves of four f32 lanes. */
import type { Code, FunctionAssembler, Helper, Local } from "../assembler.ts";

/** Four f32 lanes of `half` applied to the promoted low and high halves of the parameters. */
export function throughDoubles(name: string, half: Helper, parameterCount: number): Helper {
  return {
    name,
    parameters: new Array<"v128">(parameterCount).fill("v128"),
    result: "v128",
    build: (assembler, parameters) => {
      const { wasm } = assembler;
      const low = assembler.keep(callOn(assembler, half, parameters, false));
      const high = callOn(assembler, half, parameters, true);
      return wasm.i8x16.shuffle(low.get(), high, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
    },
  };
}

const highToLow = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

function callOn(assembler: FunctionAssembler, half: Helper, parameters: readonly Local[], high: boolean): Code {
  const { f64x2, f32x4, i8x16 } = assembler.wasm;
  const operands = parameters.map((parameter) =>
    f64x2.promote_low_f32x4(high ? i8x16.shuffle(parameter.get(), parameter.get(), highToLow) : parameter.get()),
  );
  return f32x4.demote_f64x2_zero(assembler.callHelper(half, operands));
}
