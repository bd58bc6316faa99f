/**
 * The loops: functions of loop nests over flat regions. Data lives in vector registers of four lanes; a "scalar" is a
 * vector whose lanes are all equal (loaded with a splat, stored from lane 0), so that one translation serves the main loop
 * and its tail. Indices are affine in loop variables, in elements, until the address pass turns them into pointers.
 */
import type { Affine } from "./affine.ts";
import type { ScalarFunction } from "./op.ts";
import type { EntryName } from "./program.ts";
import type { DType } from "./type.ts";

/** Lanes of bool are all ones or all zeros. */
export type LaneType = "f32" | "i32" | "bool";

/** A loop counter (`index`), a byte address (`pointer`) or a vector. Compared by identity; the name is for people. */
export interface Variable {
  readonly name: string;
  readonly type: "index" | "pointer" | LaneType;
}

/** A parameter of a function: the byte address of some buffer or of scratch. */
export interface Region {
  readonly name: string;
}

export type LoopIndex = Affine<Variable>;

/** Adds `scale * row` elements to the index, where `row` is lane 0 of an i32 vector; valid if 0 <= row < limit. */
export interface DynamicIndex {
  readonly row: Expression;
  /** `row` is the same in all lanes: the lanes of a load are one row's neighbours. */
  readonly uniform?: boolean;
  readonly scale: number;
  readonly limit: number;
}

export type Expression =
  | { readonly kind: "constant"; readonly value: number; readonly type: LaneType }
  | { readonly kind: "variable"; readonly variable: Variable }
  /**
   * `lanes` 1: one element in all lanes. `lanes` 4: consecutive elements, or `stride` apart when given.
   * u8 widens to i32, bool becomes a mask. With `dynamic`, lane l uses lane l of `row`, and invalid rows give 0.
   */
  | {
      readonly kind: "load";
      readonly base: Region | Variable;
      readonly index: LoopIndex;
      readonly dtype: DType;
      readonly lanes: 1 | 4;
      readonly stride?: number;
      readonly dynamic?: DynamicIndex;
    }
  | {
      readonly kind: "apply";
      readonly function: ScalarFunction;
      readonly arguments: readonly Expression[];
      readonly type: LaneType;
    }
  /** The low eight bits of an i32, zero-extended: what a u8 keeps of it. */
  | { readonly kind: "narrow"; readonly value: Expression }
  /** a * b + c; one rounding on the relaxed target, two on the plain one. */
  | { readonly kind: "multiplyAdd"; readonly a: Expression; readonly b: Expression; readonly c: Expression }
  /** Lane l holds `index + l * step` as i32 (`step` 0: the same in every lane). */
  | { readonly kind: "index"; readonly index: LoopIndex; readonly step: number }
  /** Lane l holds element `element + l * step` of a random stream; steps 0 and 1 are the fast ones. */
  | {
      readonly kind: "random";
      readonly stream: number;
      readonly everyStep: boolean;
      readonly element: LoopIndex;
      readonly step: number;
    }
  /** The four lanes combined, the result in all lanes; in the fixed order (0 op 2) op (1 op 3). */
  | { readonly kind: "across"; readonly combiner: "sum" | "max" | "min"; readonly value: Expression }
  /** The lane of a vector, in all lanes. */
  | { readonly kind: "lane"; readonly lane: 0 | 1 | 2 | 3; readonly value: Expression }
  /** f32 only: 4×4 transposition helper; lane l of the result is lane `lanes[l]` of a (0–3) or b (4–7). */
  | { readonly kind: "shuffle"; readonly a: Expression; readonly b: Expression; readonly lanes: readonly number[] };

export type Statement =
  | {
      readonly kind: "for";
      readonly variable: Variable;
      readonly from: LoopIndex;
      readonly to: LoopIndex;
      readonly step: number;
      readonly body: readonly Statement[];
      /** How the loops phase should treat it: make it steps of four lanes plus a tail; unroll by a factor. */
      readonly vectorize?: boolean;
      readonly unroll?: number;
    }
  | { readonly kind: "assign"; readonly variable: Variable; readonly value: Expression }
  /**
   * `lanes` 4 stores consecutive elements (`stride` apart when given), 1 stores lane 0. i32 narrows to u8 by truncation,
   * a mask becomes 0 or 1. With `dynamic` (lanes 1 only) an invalid row stores nothing.
   */
  | {
      readonly kind: "store";
      readonly base: Region | Variable;
      readonly index: LoopIndex;
      readonly dtype: DType;
      readonly lanes: 1 | 2 | 3 | 4;
      readonly stride?: number;
      readonly dynamic?: DynamicIndex;
      readonly value: Expression;
    }
  /** pointer = base + bytes of index (elements of `bytes` each). Made by the address pass. */
  | {
      readonly kind: "point";
      readonly variable: Variable;
      readonly base: Region | Variable;
      readonly index: LoopIndex;
      readonly bytes: number;
    }
  /** Fills `bytes` bytes with zero bits, from `index` (elements of four bytes) on. */
  | { readonly kind: "clear"; readonly base: Region | Variable; readonly index: LoopIndex; readonly bytes: number }
  /** Calls another function: `regions` are byte addresses (as in `point`) for its regions, `values` its parameters. */
  | {
      readonly kind: "call";
      readonly function: LoopFunction;
      readonly regions: readonly Place[];
      readonly values: readonly LoopIndex[];
    };

/** The byte address base + bytes * index. */
export interface Place {
  readonly base: Region | Variable;
  readonly index: LoopIndex;
  readonly bytes: number;
}

export interface LoopFunction {
  readonly name: string;
  readonly regions: readonly Region[];
  /** Integer parameters (type `index`) after the regions: trip counts and strides of functions shared by kernels. */
  readonly parameters?: readonly Variable[];
  readonly body: readonly Statement[];
}

export interface KernelCall {
  readonly function: LoopFunction;
  /** Byte addresses for the function's regions. */
  readonly addresses: readonly number[];
}

export interface LoopEntry {
  readonly name: EntryName;
  readonly calls: readonly KernelCall[];
}

/**
 * The whole module before emission. Functions that are equal but for their addresses are one object. `functions` are
 * those that entries call; functions called by statements are found through these.
 */
export interface LoopModule {
  readonly functions: readonly LoopFunction[];
  readonly entries: readonly LoopEntry[];
  /** Byte address of the control block (step, epoch, rows, seed high, seed low; five words). */
  readonly control: number;
  readonly memoryPages: number;
}
