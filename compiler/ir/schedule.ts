/**
 * The schedule: fused kernels in execution order over buffers, and where each buffer lies. A kernel computes
 * scalar expressions ("fused" expressions) over an iteration space; it says what is computed, not in which
 * loops: tiling, vectors and packing are chosen when it is lowered.
 */
import type { Affine } from "./affine.ts";
import type { Combiner, ScalarFunction } from "./op.ts";
import type { EntryName, ResultKind, StorageRole } from "./program.ts";
import type { DType } from "./type.ts";

/**
 * A region of memory holding `elements` of one dtype. `slice` buffers are part of another buffer (a bundle), so
 * that one kernel can sweep many weights at once.
 */
export interface Buffer {
  readonly name: string;
  readonly dtype: DType;
  readonly elements: number;
  readonly shape: readonly number[];
  readonly place:
    | { readonly kind: "input"; readonly name: string }
    | { readonly kind: "storage"; readonly name: string; readonly role: StorageRole }
    | { readonly kind: "result"; readonly name: string; readonly result: Exclude<ResultKind, "update"> }
    | { readonly kind: "control" }
    | { readonly kind: "temporary" };
}

/** Index of an iteration axis of the kernel. */
export type AxisId = number;
export type AxisIndex = Affine<AxisId>;

/** A scalar at one point of the iteration space. A DAG: the same object used twice is computed once. */
export type Fused =
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  /** The element at a row-major position, in elements. */
  | { readonly kind: "load"; readonly buffer: Buffer; readonly dtype: DType; readonly index: AxisIndex }
  /** An integer affine in the axes, as i32. */
  | { readonly kind: "index"; readonly dtype: "i32"; readonly index: AxisIndex }
  | {
      readonly kind: "apply";
      readonly function: ScalarFunction;
      readonly arguments: readonly Fused[];
      readonly dtype: DType;
    }
  /** Uniform in [0, 1): element `element` of the stream. */
  | {
      readonly kind: "random";
      readonly dtype: "f32";
      readonly stream: number;
      readonly everyStep: boolean;
      readonly element: AxisIndex;
    }
  /** The element at `scale * row + index`, or 0 where `row` is outside [0, limit). */
  | {
      readonly kind: "gather";
      readonly buffer: Buffer;
      readonly dtype: DType;
      readonly row: Fused;
      readonly scale: number;
      readonly limit: number;
      readonly index: AxisIndex;
    }
  /** `value` where every condition has 0 <= index < size, otherwise `fill`. Never inside a contraction. */
  | {
      readonly kind: "guard";
      readonly dtype: DType;
      readonly conditions: readonly GuardCondition[];
      readonly value: Fused;
      readonly otherwise: Fused;
    }
  /** The result of reduction `reduction` of this kernel (a contraction has one, number 0). */
  | { readonly kind: "reduced"; readonly dtype: DType; readonly reduction: number };

export interface GuardCondition {
  readonly index: AxisIndex;
  readonly size: number;
}

export interface Store {
  readonly buffer: Buffer;
  readonly index: AxisIndex;
  readonly value: Fused;
}

export interface Reduction {
  readonly combiner: Combiner | "argmax" | "argmin";
  readonly value: Fused;
  readonly dtype: DType;
}

/** One pass over the inner axes. Its reductions are ready for later sweeps and for the row stores. */
export interface Sweep {
  readonly reductions: readonly { readonly id: number; readonly reduction: Reduction }[];
  readonly stores: readonly Store[];
}

/**
 * For each point of the outer axes: the sweeps in order, each over the inner axes; then the row stores, which use
 * outer axes only. Without inner axes a kernel has only row stores: a plain pointwise kernel.
 */
export interface GroupKernel {
  readonly kind: "group";
  readonly name: string;
  readonly axes: readonly number[];
  /** The first `outer` axes are outer, the rest inner. */
  readonly outer: number;
  readonly sweeps: readonly Sweep[];
  readonly rowStores: readonly Store[];
}

export type ContractRole = "batch" | "row" | "column" | "depth";

/**
 * reduced 0 = Σ over the depth axes of left * right. `left` uses batch, row and depth axes, `right` batch, column and depth
 * axes; the stores use batch, row and column axes and `reduced 0`. A store may overwrite a buffer that its own value reads
 * at the same index, nothing else aliases.
 */
export interface ContractKernel {
  readonly kind: "contract";
  readonly name: string;
  readonly axes: readonly { readonly extent: number; readonly role: ContractRole }[];
  readonly left: Fused;
  readonly right: Fused;
  readonly stores: readonly Store[];
}

/** result[scale * row + …] += value, in order of the axes, from zeros. `row` out of [0, limit) is dropped. */
export interface ScatterKernel {
  readonly kind: "scatter";
  readonly name: string;
  readonly axes: readonly number[];
  readonly buffer: Buffer;
  readonly row: Fused;
  readonly scale: number;
  readonly limit: number;
  readonly index: AxisIndex;
  readonly value: Fused;
}

/** Copies `elements` from one buffer to another. */
export type Kernel = GroupKernel | ContractKernel | ScatterKernel;

export interface ScheduledEntry {
  readonly name: EntryName;
  readonly kernels: readonly Kernel[];
}

/** Byte offsets of buffers, and the figures of the plan. */
export interface MemoryPlan {
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly controlOffset: number;
  readonly arenaOffset: number;
  readonly arenaBytes: number;
  readonly arenaLowerBound: number;
  /** First byte behind everything planned: kernels' scratch starts here. */
  readonly end: number;
}

export interface Schedule {
  readonly entries: readonly ScheduledEntry[];
  readonly buffers: readonly Buffer[];
  readonly memory: MemoryPlan;
}
