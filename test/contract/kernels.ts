/** Random contraction kernels: shapes, orders of axes, broadcasts, fused operands and epilogues. */
import fc from "fast-check";
import { stridesOf, type DType } from "../../compiler/ir/type.ts";
import type { AxisIndex, Buffer, ContractKernel, ContractRole, Fused, Store } from "../../compiler/ir/schedule.ts";

export interface Case {
  readonly kernel: ContractKernel;
  readonly inputs: readonly Buffer[];
}

type Axes = ContractKernel["axes"];

export function buffer(name: string, shape: readonly number[], dtype: DType = "f32"): Buffer {
  const elements = shape.reduce((product, size) => product * size, 1);
  return { name, dtype, elements, shape, place: { kind: "temporary" } };
}

/** A buffer over some axes, in the given order from outermost to innermost, and the index of its element. */
export function over(name: string, axes: Axes, order: readonly number[], dtype: DType = "f32"): [Buffer, AxisIndex] {
  const shape = order.map((axis) => axes[axis]!.extent);
  const strides = stridesOf(shape);
  const terms = order.map((key, at) => ({ key, coefficient: strides[at]! }));
  return [buffer(name, shape, dtype), { constant: 0, terms }];
}

export function load([from, index]: [Buffer, AxisIndex]): Fused {
  return { kind: "load", buffer: from, dtype: from.dtype, index };
}

export const product: Fused = { kind: "reduced", dtype: "f32", reduction: 0 };

export function apply(
  name: "add" | "multiply" | "maximum" | "convert" | "less" | "select",
  ...operands: Fused[]
): Fused {
  return { kind: "apply", function: name, arguments: operands, dtype: name === "less" ? "bool" : "f32" };
}

export function constant(value: number): Fused {
  return { kind: "constant", value, dtype: "f32" };
}

const axis = (role: ContractRole, most: number): fc.Arbitrary<Axes[number]> =>
  fc.integer({ min: 1, max: most }).map((extent) => ({ role, extent }));

function axesOfRoles(sizes: Readonly<Record<ContractRole, number>>, several: boolean): fc.Arbitrary<Axes> {
  const roles = Object.keys(sizes) as ContractRole[];
  const groups = roles.map((role) => {
    const count = role === "batch" ? { minLength: 0, maxLength: 1 } : { minLength: 1, maxLength: several ? 2 : 1 };
    return fc.array(axis(role, sizes[role]), count);
  });
  return fc.tuple(...groups).map((lists) => lists.flat());
}

interface Choices {
  readonly axes: Axes;
  readonly seeds: readonly number[];
  readonly prologues: readonly number[];
  readonly epilogue: number;
}

/** A permutation that depends on the seed. */
function shuffled(items: readonly number[], seed: number): number[] {
  const result = [...items];
  let state = seed;
  for (let at = result.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = state % (at + 1);
    [result[at], result[other]] = [result[other]!, result[at]!];
  }
  return result;
}

function withRoles(axes: Axes, roles: readonly ContractRole[]): number[] {
  return axes.flatMap((axis, id) => (roles.includes(axis.role) ? [id] : []));
}

function operand(name: string, axes: Axes, order: readonly number[], prologue: number, inputs: Buffer[]): Fused {
  const place = (suffix: string, dtype: DType = "f32"): Fused => {
    const placed = over(name + suffix, axes, order, dtype);
    inputs.push(placed[0]);
    return load(placed);
  };
  switch (prologue) {
    case 1:
      return apply("multiply", apply("convert", place("_bytes", "u8")), constant(1 / 255));
    case 2: {
      const shared = place("");
      return apply(
        "select",
        apply("less", constant(0), place("_mask")),
        shared,
        apply("multiply", shared, constant(0.5)),
      );
    }
    default:
      return place("");
  }
}

function build({ axes, seeds, prologues, epilogue }: Choices): Case {
  const inputs: Buffer[] = [];
  const left = operand(
    "left",
    axes,
    shuffled(withRoles(axes, ["batch", "row", "depth"]), seeds[0]!),
    prologues[0]!,
    inputs,
  );
  const right = operand(
    "right",
    axes,
    shuffled(withRoles(axes, ["batch", "column", "depth"]), seeds[1]!),
    prologues[1]!,
    inputs,
  );
  const free = withRoles(axes, ["batch", "row", "column"]);
  const [result, index] = over("result", axes, shuffled(free, seeds[2]!));
  const stores: Store[] = [];
  if (epilogue === 0) stores.push({ buffer: result, index, value: product });
  else {
    const bias = over("bias", axes, withRoles(axes, ["column"]));
    const residual = over("residual", axes, shuffled(free, seeds[3]!));
    inputs.push(bias[0], residual[0]);
    const sum = apply("add", product, load(bias));
    stores.push({ buffer: result, index, value: epilogue === 1 ? sum : apply("maximum", sum, constant(0)) });
    if (epilogue === 3) {
      const [second, at] = over("second", axes, free);
      stores.push({ buffer: second, index: at, value: apply("add", sum, load(residual)) });
      // In place: the weight's own update, as an optimiser fused behind its gradient does it.
      stores.push({
        buffer: residual[0],
        index: residual[1],
        value: apply("add", load(residual), apply("multiply", sum, constant(-0.1))),
      });
    }
  }
  return { kernel: { kind: "contract", name: "product", axes, left, right, stores }, inputs };
}

export function randomCase(sizes: Readonly<Record<ContractRole, number>>, several: boolean): fc.Arbitrary<Case> {
  return fc
    .record({
      axes: axesOfRoles(sizes, several),
      seeds: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
      prologues: fc.array(fc.nat(2), { minLength: 2, maxLength: 2 }),
      epilogue: fc.nat(3),
    })
    .map(build);
}
