/**
 * Tensor types of the program graph. Sizes are plain numbers here: elaboration has checked the symbolic
 * ones (S and T stay different axes there even when both are 30).
 */

export type DType = "f32" | "i32" | "u8" | "bool";

/** `shape` is row-major, outermost axis first; `[]` is a scalar. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Bytes of one element as stored: a bool takes one byte, 0 or 1. */
export function bytesOf(dtype: DType): number {
  return dtype === "f32" || dtype === "i32" ? 4 : 1;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

export function sameType(left: TensorType, right: TensorType): boolean {
  return left.dtype === right.dtype && sameShape(left.shape, right.shape);
}

/** `f32[64, 784]`; a scalar is `f32`. */
export function typeText(type: TensorType): string {
  return type.shape.length === 0 ? type.dtype : `${type.dtype}[${type.shape.join(", ")}]`;
}
