/**
 * The placeholder for a symbolic derivative. Differentiation replaces it by core ops; nothing evaluates it.
 */
import { InvariantError } from "../ir/builder.ts";
import type { Op } from "../ir/op.ts";
import { typeText } from "../ir/type.ts";
import { defineOp } from "./define.ts";

const gradient: Op = defineOp({
  name: "gradient",
  summary: "derivative of the scalar y by the tensor x; replaced by differentiation",
  operands: ["y", "x"],
  attributes: {},
  infer([y, x]) {
    if (y!.dtype !== "f32" || y!.shape.length > 0)
      return { mismatch: `gradient needs a scalar f32, got ${typeText(y!)}` };
    return x!.dtype === "f32" ? x! : { mismatch: `gradient needs an f32 tensor to derive by, got ${typeText(x!)}` };
  },
  cutsGradient: "an inner gradient must be replaced before the outer one",
  meaning: () => ({ kind: "gradient" }),
  evaluate() {
    throw new InvariantError("gradient was evaluated: differentiation must replace it first");
  },
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [] },
        { dtype: "f32", shape: [3, 5] },
      ],
      skipGradient: true,
    },
    {
      operands: [
        { dtype: "f32", shape: [] },
        { dtype: "f32", shape: [] },
      ],
      skipGradient: true,
    },
  ],
});

export const derivatives: readonly Op[] = [gradient];
