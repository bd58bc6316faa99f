/**
 * What a core op is: one object in one file of `compiler/ops`. The phases after elaboration may ask only for
 * its `meaning`, never for its name.
 */
import type { Builder } from "./builder.ts";
import type { Attribute, Attributes, Value } from "./program.ts";
import type { DType, TensorType } from "./type.ts";

/** A tensor as the float64 reference holds it, row-major. bool is 0 or 1; i32 and u8 are exact integers. */
export interface ReferenceTensor {
  readonly type: TensorType;
  readonly data: Float64Array;
}

/** What the reference knows of the world outside the graph. */
export interface ReferenceContext {
  readonly inputs: ReadonlyMap<string, ReferenceTensor>;
  readonly storages: ReadonlyMap<string, ReferenceTensor>;
  /** `step` counts from 1, `epoch` from 0, `rows` is how many leading rows of the batch are real. */
  readonly clocks: Readonly<Record<ClockName, number>>;
  readonly seed: number;
}

export type ClockName = "step" | "epoch" | "rows";

export type AttributeKind = "integer" | "number" | "string" | "boolean" | "dtype" | "integers" | "numbers";

/** Arguments with which an op is tried four ways by the tests. */
export interface Sample {
  readonly operands: readonly TensorType[];
  readonly attributes?: Attributes;
  /** Bounds of random operand elements where the op's domain is not all reals, e.g. [0.1, 3] for log. */
  readonly range?: readonly [number, number];
  /** True where the function is not differentiable almost everywhere at the sampled points (floor, sign, compare). */
  readonly skipGradient?: boolean;
}

/** A one-line example for the reference: operands and result as nested arrays of numbers. */
export interface Example {
  readonly operands: readonly Nested[];
  readonly dtypes?: readonly DType[];
  readonly attributes?: Attributes;
  readonly result: Nested;
}
export type Nested = number | readonly Nested[];

export interface Op {
  readonly name: string;
  /** One line; formulas in plain text. */
  readonly summary: string;
  /** Names of the operands, or `"variadic"` for one or more. */
  readonly operands: readonly string[] | "variadic";
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  /** The type of the result, or a sentence that says what was found and what was needed. */
  infer(operands: readonly TensorType[], attributes: Attributes): TensorType | TypeMismatch;
  /**
   * Cotangents of the operands, given that of the result, in terms of core ops (so it is differentiable again).
   * `undefined` where none flows. The method is absent where no operand ever receives one, and the reason
   * stands in `cutsGradient`.
   */
  gradient?(value: Value, cotangent: Value, build: Builder): readonly (Value | undefined)[];
  readonly cutsGradient?: string;
  meaning(value: Value): Meaning;
  evaluate(value: Value, operands: readonly ReferenceTensor[], context: ReferenceContext): Float64Array;
  readonly samples: readonly Sample[];
  readonly example?: Example;
}

export interface TypeMismatch {
  readonly mismatch: string;
}

// --- meanings: all that fusion, planning and lowering know of an op ---------------------------------------------

/** Scalar functions that kernels compute. Comparisons and logic give bool; `select(c, a, b)` is c ? a : b. */
export type ScalarFunction =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "negate"
  | "minimum"
  | "maximum"
  | "power"
  | "exp"
  | "log"
  | "sqrt"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "sin"
  | "cos"
  | "absolute"
  | "sign"
  | "floor"
  | "equal"
  | "notEqual"
  | "less"
  | "lessEqual"
  | "and"
  | "or"
  | "not"
  | "select"
  /** To the dtype of the result. f32 to i32 truncates towards zero and saturates, NaN gives 0; to bool is `!= 0`. */
  | "convert";

/** A scalar expression over the elements of the operands at one index; all operands have the result's shape. */
export type ScalarExpression =
  | { readonly kind: "operand"; readonly operand: number }
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  /** The index along one axis of the result, as i32. */
  | { readonly kind: "index"; readonly axis: number }
  | {
      readonly kind: "apply";
      readonly function: ScalarFunction;
      readonly arguments: readonly ScalarExpression[];
      readonly dtype: DType;
    };

/** Index along one operand axis = offset + step * (result index along `from`); `from` undefined: just offset. */
export interface AxisRead {
  readonly from: number | undefined;
  readonly step: number;
  readonly offset: number;
}

/** One operand of a view: it supplies the result wherever all its indices are inside its shape. */
export interface ViewPiece {
  readonly operand: number;
  /** One per operand axis. */
  readonly axes: readonly AxisRead[];
}

export type Combiner = "sum" | "max" | "min";

export type Meaning =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "storage"; readonly name: string }
  | { readonly kind: "clock"; readonly clock: ClockName }
  | { readonly kind: "pointwise"; readonly expression: ScalarExpression }
  /** Pieces do not overlap; where none applies the result is `fill`. */
  | { readonly kind: "view"; readonly pieces: readonly ViewPiece[]; readonly fill: number }
  /** Same elements in row-major order under another shape. */
  | { readonly kind: "reshape" }
  /** The reduced axes disappear. */
  | { readonly kind: "reduce"; readonly axes: readonly number[]; readonly combiner: Combiner }
  /** First index of the extreme along one axis, as i32; the axis disappears. */
  | { readonly kind: "argument"; readonly axis: number; readonly combiner: "max" | "min" }
  /** result[r…] = Σ left[l…] * right[r…]: labels name axes; those absent from `result` are summed over. */
  | {
      readonly kind: "contract";
      readonly left: readonly number[];
      readonly right: readonly number[];
      readonly result: readonly number[];
    }
  /** result[i…, j…] = table[indices[i…], j…]; an index out of range gives zeros. */
  | { readonly kind: "gather" }
  /** result[indices[i…], j…] += updates[i…, j…] from zeros, in row-major order; out of range is dropped. */
  | { readonly kind: "scatter" }
  /** Element e in row-major order is uniform in [0, 1) from (seed, stream, step or 0, e); f32 with 24 random bits. */
  | { readonly kind: "random"; readonly stream: number; readonly everyStep: boolean }
  /** A placeholder that differentiation replaces; no later phase may meet it. */
  | { readonly kind: "gradient" };

export type { Attribute, Attributes };
