/**
 * Random numbers as a pure function of seed, stream, step and element.
 */
import type { Op, Sample } from "../ir/op.ts";
import { elementCount } from "../ir/type.ts";
import { booleanOf, defineOp, integersOf, numberOf } from "./define.ts";
import { uniforms } from "./philox.ts";
import { wrongSizes } from "./type-rules.ts";

const random: Op = defineOp({
  name: "random",
  summary: "uniform in [0, 1) by Philox4x32-10 from (seed, stream, step, element); step counts only with every_step",
  operands: [],
  attributes: { stream: "integer", shape: "integers", every_step: "boolean" },
  infer(_, attributes) {
    const shape = integersOf(attributes, "shape");
    const stream = numberOf(attributes, "stream");
    if (stream < 0 || stream >= 2 ** 32) return { mismatch: `random: stream must lie in 0..2^32, got ${stream}` };
    return wrongSizes("random", shape) ?? { dtype: "f32", shape };
  },
  cutsGradient: "random numbers depend on no tensor",
  meaning: (value) => ({
    kind: "random",
    stream: numberOf(value.attributes, "stream"),
    everyStep: booleanOf(value.attributes, "every_step"),
  }),
  evaluate(value, _, { seed, clocks }) {
    const step = booleanOf(value.attributes, "every_step") ? clocks.step : 0;
    return uniforms(elementCount(value.type.shape), seed, numberOf(value.attributes, "stream"), step);
  },
  samples: [
    sample([], 0, false),
    sample([7], 1, false),
    sample([3, 5], 2, true),
    sample([2, 1, 3], 4294967295, true),
    sample([2, 3, 1, 5], 77, false),
  ],
});

function sample(shape: readonly number[], stream: number, everyStep: boolean): Sample {
  return { operands: [], attributes: { stream, shape, every_step: everyStep } };
}

export const randoms: readonly Op[] = [random];
