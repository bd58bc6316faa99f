/**
 * Strided access for reference evaluation: the offsets of all positions of a shape, in row-major order.
 */
import { elementCount } from "../ir/type.ts";

/** Offset `base + Σ index[axis] * strides[axis]` of every position of `shape`, row-major. */
export function offsetsOf(shape: readonly number[], strides: readonly number[], base = 0): Int32Array {
  let offsets = Int32Array.of(base);
  shape.forEach((size, axis) => {
    const stride = strides[axis]!;
    const next = new Int32Array(offsets.length * size);
    let at = 0;
    for (const offset of offsets) {
      for (let index = 0; index < size; index++) next[at++] = offset + index * stride;
    }
    offsets = next;
  });
  return offsets;
}

/** The elements of `data` at `offsetsOf(shape, strides, base)`. */
export function readStrided(
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  base = 0,
): Float64Array {
  const result = new Float64Array(elementCount(shape));
  offsetsOf(shape, strides, base).forEach((offset, at) => {
    result[at] = data[offset]!;
  });
  return result;
}

/** Writes `data`, row-major over `shape`, to `target` at `offsetsOf(shape, strides, base)`. */
export function writeStrided(
  target: Float64Array,
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  base = 0,
): void {
  offsetsOf(shape, strides, base).forEach((offset, at) => {
    target[offset] = data[at]!;
  });
}
