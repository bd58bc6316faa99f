/** The four lanes of a vector combined into all lanes: (0 op 2) op (1 op 3). */
import type { Expression, LaneType } from "../../ir/loop.ts";
import type { Code, Helper, Instructions } from "./assembler.ts";

type LaneCombiner = Extract<Expression, { kind: "across" }>["combiner"];

export function acrossHelper(combiner: LaneCombiner, type: LaneType): Helper {
  return {
    name: `across.${combiner}.${type}`,
    parameters: ["v128"],
    result: "v128",
    build: (assembler, [value]) => {
      const { wasm } = assembler;
      const step = (operand: Code, bytes: readonly number[]): Code => {
        const kept = assembler.keep(operand);
        return combine(wasm, combiner, type, kept.get(), wasm.i8x16.shuffle(kept.get(), kept.get(), bytes));
      };
      return step(step(value!.get(), [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]), swapPairs);
    },
  };
}

const swapPairs = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];

function combine(wasm: Instructions, combiner: LaneCombiner, type: LaneType, a: Code, b: Code): Code {
  const { f32x4, i32x4 } = wasm;
  switch (combiner) {
    case "sum":
      return type === "f32" ? f32x4.add(a, b) : i32x4.add(a, b);
    case "max":
      return type === "f32" ? f32x4.max(a, b) : i32x4.max_s(a, b);
    case "min":
      return type === "f32" ? f32x4.min(a, b) : i32x4.min_s(a, b);
  }
}
