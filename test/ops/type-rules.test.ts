/** What type rules say about operands and attributes they refuse. */
import { expect, test } from "vitest";
import type { Attributes } from "../../compiler/ir/program.ts";
import type { TensorType } from "../../compiler/ir/type.ts";
import { coreOps } from "../../compiler/ops/registry.ts";

const f32 = (...shape: number[]): TensorType => ({ dtype: "f32", shape });
const i32 = (...shape: number[]): TensorType => ({ dtype: "i32", shape });
const bool = (...shape: number[]): TensorType => ({ dtype: "bool", shape });

const refused: [string, TensorType[], Attributes, string][] = [
  ["add", [f32(2), f32(3)], {}, "add needs operands of the same shape, got f32[2] and f32[3]"],
  ["add", [f32(2), i32(2)], {}, "add needs operands of one dtype, got f32[2] and i32[2]"],
  ["add", [bool(2), bool(2)], {}, "add is defined for f32 and i32, got bool[2] and bool[2]"],
  ["add", [f32(2)], {}, "add needs 2 (left, right) and got 1"],
  ["concat", [], { axis: 0 }, "concat needs at least one operand and got none"],
  ["iota", [f32(1)], { shape: [2], axis: 0 }, "iota needs no operands and got 1"],
  ["exp", [i32(2)], {}, "exp is defined for f32, got i32[2]"],
  ["where", [f32(2), f32(2), f32(2)], {}, "where needs a bool condition, got f32[2] and f32[2] and f32[2]"],
  ["cast", [f32(2)], {}, "cast needs the attribute dtype (dtype)"],
  ["cast", [f32(2)], { dtype: "f64" }, 'the attribute dtype of cast must be of kind dtype, got "f64"'],
  ["exp", [f32(2)], { axis: 1 }, "exp has no attribute axis"],
  ["clock", [], { clock: "minute" }, "clock must be one of step, epoch, rows, got minute"],
  ["iota", [], { shape: [2, 3], axis: 2 }, "iota: axis 2 must lie in 0..2 of the shape [2, 3]"],
  ["input", [], { name: "x", dtype: "f32", shape: [-1] }, "input: sizes must not be negative, got [-1]"],
  ["reshape", [f32(2, 3)], { shape: [4] }, "reshape of f32[2, 3] to [4]: the operand has 6 elements, not 4"],
  [
    "transpose",
    [f32(2, 3)],
    { permutation: [0, 0] },
    "transpose: [0, 0] is not a permutation of the axes of f32[2, 3]",
  ],
  [
    "transpose",
    [f32(2, 3)],
    { permutation: [0] },
    "transpose: permutation needs one entry per axis of f32[2, 3] (2), got 1",
  ],
  [
    "broadcast",
    [f32(2)],
    { shape: [3, 4], axes: [1] },
    "broadcast of f32[2] to [3, 4] along [1]: axis 0 must have size 4 or 1",
  ],
  [
    "broadcast",
    [f32(2, 3)],
    { shape: [2, 3], axes: [1, 0] },
    "broadcast: axes [1, 0] must increase without repetition",
  ],
  ["flip", [f32(2)], { axes: [1] }, "flip: axes [1] must lie in 0..1 of an operand of rank 1"],
  [
    "slice",
    [f32(5)],
    { starts: [3], stops: [6], steps: [1] },
    "slice of f32[5]: 3..6 step 1 does not lie in axis 0 of size 5",
  ],
  ["pad", [f32(5)], { low: [-1], high: [0], fill: 0 }, "pad: counts must not be negative, got [-1] and [0]"],
  ["concat", [f32(2), f32(2)], { axis: 1 }, "concat: axis 1 must lie in 0..1, got f32[2] and f32[2]"],
  [
    "concat",
    [f32(2, 3), f32(2, 4)],
    { axis: 0 },
    "concat along axis 0 needs the other sizes to agree, got f32[2, 3] and f32[2, 4]",
  ],
  ["sum", [f32(2)], { axes: [] }, "sum of f32[2] needs at least one axis"],
  ["max", [bool(2)], { axes: [0] }, "max is defined for f32 and i32, got bool[2]"],
  ["argmax", [f32(2)], { axis: 1 }, "argmax: axes [1] must lie in 0..1 of an operand of rank 1"],
  [
    "contract",
    [f32(2, 3), f32(4, 5)],
    { left: [0, 1], right: [1, 2], result: [0, 2] },
    "contract [0,1] with [1,2] to [0,2] of f32[2, 3] and f32[4, 5]: label 1 is 3 on the left and 4 on the right",
  ],
  [
    "contract",
    [f32(2, 3), f32(3)],
    { left: [0, 1], right: [1], result: [] },
    "contract [0,1] with [1] to []: label 0 occurs in one operand and nowhere else",
  ],
  [
    "contract",
    [f32(2, 2), f32(2)],
    { left: [0, 0], right: [0], result: [0] },
    "contract [0,0] with [0] to [0]: a label occurs twice in one list",
  ],
  [
    "contract",
    [f32(2), f32(2)],
    { left: [0], right: [0], result: [1] },
    "contract [0] with [0] to [1]: label 1 of the result is in neither operand",
  ],
  ["gather", [f32(), i32(2)], {}, "gather needs a table with at least one axis, got a scalar"],
  ["gather", [f32(3), f32(2)], {}, "gather needs i32 indices, got f32[2]"],
  [
    "scatter_add",
    [i32(2), f32(3)],
    { size: 4 },
    "scatter_add needs updates whose leading sizes are those of the indices, got f32[3] and i32[2]",
  ],
  ["scatter_add", [i32(2), i32(2)], { size: 4 }, "scatter_add needs f32 updates, got i32[2]"],
  ["random", [], { stream: -1, shape: [2], every_step: true }, "random: stream must lie in 0..2^32, got -1"],
  ["gradient", [f32(2), f32(2)], {}, "gradient needs a scalar f32, got f32[2]"],
  ["gradient", [f32(), i32(2)], {}, "gradient needs an f32 tensor to derive by, got i32[2]"],
];

test.each(refused)("%s of %j with %j", (name, operands, attributes, sentence) => {
  expect(coreOps.get(name)!.infer(operands, attributes)).toEqual({ mismatch: sentence });
});

test("every op refuses an unknown attribute", () => {
  for (const op of coreOps.values()) {
    const sample = op.samples[0]!;
    const found = op.infer(sample.operands, { ...sample.attributes, nonsense: 1 });
    expect(found).toEqual({ mismatch: `${op.name} has no attribute nonsense` });
  }
});
