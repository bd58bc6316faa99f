/** Addresses, loads and stores: an affine index becomes a pointer and, where nothing can be negative, an offset. */
import type { Expression, LoopIndex, Place, Region, Statement, Variable } from "../../ir/loop.ts";
import { bytesOf, type DType } from "../../ir/type.ts";
import type { Code, FunctionAssembler, Helper, Local } from "./assembler.ts";
import type { Scope } from "./scope.ts";

type Load = Extract<Expression, { kind: "load" }>;
type Store = Extract<Statement, { kind: "store" }>;
type Emit = (expression: Expression) => Code;

interface Address {
  readonly pointer: Code;
  readonly offset: number;
}

/** Evaluates an index as i32, times `scale`. */
export function emitIndex(scope: Scope, index: LoopIndex, scale = 1): Code {
  const { i32 } = scope.assembler.wasm;
  let sum: Code | undefined = index.constant === 0 ? undefined : i32.const(index.constant * scale);
  for (const { key, coefficient } of index.terms) {
    const product = multiplied(scope, scope.localOf(key).get(), coefficient * scale);
    sum = sum === undefined ? product : i32.add(product, sum);
  }
  return sum ?? i32.const(0);
}

function multiplied(scope: Scope, value: Code, factor: number): Code {
  const { i32 } = scope.assembler.wasm;
  if (factor === 1) return value;
  const shift = Math.log2(factor);
  return Number.isInteger(shift) ? i32.shl(value, i32.const(shift)) : i32.mul(value, i32.const(factor));
}

export function emitPlace(scope: Scope, place: Place): Code {
  const { i32 } = scope.assembler.wasm;
  const base = scope.localOf(place.base).get();
  const { constant, terms } = place.index;
  return constant === 0 && terms.length === 0 ? base : i32.add(base, emitIndex(scope, place.index, place.bytes));
}

function addressOf(scope: Scope, base: Region | Variable, index: LoopIndex, bytes: number): Address {
  const offset = index.constant * bytes;
  const separate = offset >= 0 && offset < 2 ** 31 && index.terms.every(({ coefficient }) => coefficient > 0);
  if (!separate) return { pointer: emitPlace(scope, { base, index, bytes }), offset: 0 };
  return { pointer: emitPlace(scope, { base, index: { constant: 0, terms: index.terms }, bytes }), offset };
}

function dynamicPointer(assembler: FunctionAssembler, pointer: Code, row: Local, scaleBytes: number): Code {
  const { i32 } = assembler.wasm;
  return i32.add(pointer, i32.mul(row.get(), i32.const(scaleBytes)));
}

export function emitLoad(scope: Scope, load: Load, emit: Emit): Code {
  const { assembler } = scope;
  const bytes = bytesOf(load.dtype);
  const address = addressOf(scope, load.base, load.index, bytes);
  const stride = load.lanes === 1 ? 0 : (load.stride ?? 1);
  if (load.dynamic !== undefined) return loadDynamic(assembler, load, address, stride, emit);
  return loadLanes(assembler, load.dtype, address, stride);
}

function loadLanes(assembler: FunctionAssembler, dtype: DType, address: Address, stride: number): Code {
  if (stride === 0) return loadSplat(assembler, dtype, address);
  if (stride === 1) return loadConsecutive(assembler, dtype, address);
  return loadStrided(assembler, dtype, address, stride * bytesOf(dtype));
}

function loadSplat({ wasm }: FunctionAssembler, dtype: DType, { pointer, offset }: Address): Code {
  const { i32, i32x4, v128 } = wasm;
  if (dtype === "f32" || dtype === "i32") return v128.load32_splat(offset, 4, pointer);
  const byte = i32.load8_u(offset, 1, pointer);
  return i32x4.splat(dtype === "u8" ? byte : i32.sub(i32.const(0), byte));
}

/** Four bytes in the low lanes become i32, or masks for bool. */
function widen({ wasm }: FunctionAssembler, dtype: DType, bytes: Code): Code {
  const wide = wasm.i32x4.extend_low_i16x8_u(wasm.i16x8.extend_low_i8x16_u(bytes));
  return dtype === "bool" ? wasm.i32x4.neg(wide) : wide;
}

function loadConsecutive(assembler: FunctionAssembler, dtype: DType, { pointer, offset }: Address): Code {
  const { v128 } = assembler.wasm;
  if (dtype === "f32" || dtype === "i32") return v128.load(offset, 4, pointer);
  return widen(assembler, dtype, v128.load32_zero(offset, 1, pointer));
}

/** Lanes `strideBytes` apart. The pointer is that of the lowest lane, so that offsets are not negative. */
function loadStrided(assembler: FunctionAssembler, dtype: DType, address: Address, strideBytes: number): Code {
  const { v128 } = assembler.wasm;
  const lane = lanePlaces(assembler, address, strideBytes);
  if (dtype === "f32" || dtype === "i32") {
    let vector = v128.load32_zero(lane(0).offset, 4, lane(0).pointer);
    for (const index of [1, 2, 3]) vector = v128.load32_lane(lane(index).offset, 4, index, lane(index).pointer, vector);
    return vector;
  }
  let vector = v128.const(new Uint8Array(16));
  for (const index of [0, 1, 2, 3]) vector = v128.load8_lane(lane(index).offset, 1, index, lane(index).pointer, vector);
  return widen(assembler, dtype, vector);
}

function lanePlaces(assembler: FunctionAssembler, address: Address, strideBytes: number): (lane: number) => Address {
  const { i32 } = assembler.wasm;
  if (strideBytes >= 0) {
    const pointer = assembler.keep(address.pointer, "i32");
    return (lane) => ({ pointer: pointer.get(), offset: address.offset + lane * strideBytes });
  }
  const lowest = i32.add(address.pointer, i32.const(address.offset + 3 * strideBytes));
  const pointer = assembler.keep(lowest, "i32");
  return (lane) => ({ pointer: pointer.get(), offset: (lane - 3) * strideBytes });
}

function loadDynamic(assembler: FunctionAssembler, load: Load, address: Address, stride: number, emit: Emit): Code {
  const { wasm } = assembler;
  const { i32, i32x4 } = wasm;
  const { dtype } = load;
  const dynamic = load.dynamic!;
  const bytes = bytesOf(dtype);
  if (load.lanes === 1 || (dynamic.uniform === true && stride >= 0 && stride <= 1)) {
    const row = assembler.keep(i32x4.extract_lane(emit(dynamic.row), 0), "i32");
    const pointer = dynamicPointer(assembler, address.pointer, row, dynamic.scale * bytes);
    const inside = loadLanes(assembler, dtype, { pointer, offset: address.offset }, stride);
    return assembler.choose(i32.lt_u(row.get(), i32.const(dynamic.limit)), inside, wasm.int(0));
  }
  const gathered = assembler.callHelper(bytes === 4 ? gatherWords : gatherBytes, [
    i32.add(address.pointer, i32.const(address.offset)),
    emit(dynamic.row),
    i32.const(dynamic.scale * bytes),
    i32.const(dynamic.limit),
    i32.const(stride * bytes),
  ]);
  return dtype === "bool" ? i32x4.neg(gathered) : gathered;
}

/** Lane l is the element at address + rows[l] * scale + l * stride, or 0 where rows[l] is not in [0, limit). */
function gatherHelper(name: string, load: (assembler: FunctionAssembler, pointer: Code) => Code): Helper {
  return {
    name,
    parameters: ["i32", "v128", "i32", "i32", "i32"],
    result: "v128",
    build: (assembler, [address, rows, scale, limit, stride]) => {
      const { i32, i32x4 } = assembler.wasm;
      const result = assembler.keep(assembler.wasm.int(0));
      const row = assembler.local("i32");
      for (const lane of [0, 1, 2, 3]) {
        assembler.run(row.set(i32x4.extract_lane(rows!.get(), lane)));
        assembler.when(i32.lt_u(row.get(), limit!.get()), () => {
          const shift = i32.add(i32.mul(row.get(), scale!.get()), i32.mul(i32.const(lane), stride!.get()));
          const element = load(assembler, i32.add(address!.get(), shift));
          assembler.run(result.set(i32x4.replace_lane(result.get(), lane, element)));
        });
      }
      return result.get();
    },
  };
}

const gatherWords = gatherHelper("gather.words", ({ wasm }, pointer) => wasm.i32.load(0, 4, pointer));
const gatherBytes = gatherHelper("gather.bytes", ({ wasm }, pointer) => wasm.i32.load8_u(0, 1, pointer));

export function emitStore(scope: Scope, store: Store, emit: Emit): void {
  const { assembler } = scope;
  const { i32, i32x4 } = assembler.wasm;
  const bytes = bytesOf(store.dtype);
  const address = addressOf(scope, store.base, store.index, bytes);
  if (store.dynamic !== undefined) {
    const { scale, limit } = store.dynamic;
    const row = assembler.keep(i32x4.extract_lane(emit(store.dynamic.row), 0), "i32");
    const value = assembler.keep(emit(store.value));
    assembler.when(i32.lt_u(row.get(), i32.const(limit)), () => {
      const pointer = dynamicPointer(assembler, address.pointer, row, scale * bytes);
      storeLanes(assembler, store.dtype, { pointer, offset: address.offset }, 1, 1, value);
    });
    return;
  }
  if (store.lanes === 4 && (store.stride ?? 1) === 1 && bytes === 4) {
    assembler.run(assembler.wasm.v128.store(address.offset, 4, address.pointer, emit(store.value)));
    return;
  }
  const value = assembler.keep(emit(store.value));
  storeLanes(assembler, store.dtype, address, store.lanes, store.stride ?? 1, value);
}

/** Stores the first lanes; four bytes are first moved into one word. */
function storeLanes(
  assembler: FunctionAssembler,
  dtype: DType,
  address: Address,
  lanes: number,
  stride: number,
  value: Local,
): void {
  const { i32, i32x4, v128, i8x16 } = assembler.wasm;
  const bytes = bytesOf(dtype);
  if (lanes === 1) {
    const { pointer, offset } = address;
    if (bytes === 4) return assembler.run(v128.store32_lane(offset, 4, 0, pointer, value.get()));
    const word = i32x4.extract_lane(value.get(), 0);
    return assembler.run(i32.store8(offset, 1, pointer, dtype === "bool" ? i32.and(word, i32.const(1)) : word));
  }
  const at = lanePlaces(assembler, address, stride * bytes);
  if (bytes === 4) {
    let lane = 0;
    if (stride === 1 && lanes >= 2) {
      assembler.run(v128.store64_lane(at(0).offset, 4, 0, at(0).pointer, value.get()));
      lane = 2;
    }
    for (; lane < lanes; lane++) {
      assembler.run(v128.store32_lane(at(lane).offset, 4, lane, at(lane).pointer, value.get()));
    }
    return;
  }
  const narrow = i8x16.shuffle(value.get(), value.get(), [0, 4, 8, 12, ...new Array<number>(12).fill(0)]);
  const masked = dtype === "bool" ? v128.and(narrow, i32x4.splat(i32.const(0x01010101))) : narrow;
  const packed = assembler.keep(masked);
  if (lanes === 4 && stride === 1) {
    return assembler.run(v128.store32_lane(at(0).offset, 1, 0, at(0).pointer, packed.get()));
  }
  for (let lane = 0; lane < lanes; lane++) {
    assembler.run(v128.store8_lane(at(lane).offset, 1, lane, at(lane).pointer, packed.get()));
  }
}
