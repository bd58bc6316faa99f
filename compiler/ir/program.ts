/**
 * The program: a DAG of tensor values. Immutable. Values are hash-consed by their builder, so a common
 * subexpression is one object; the origin is not part of the key.
 */
import type { Span } from "../../grammar/source.ts";
import type { Op } from "./op.ts";
import type { TensorType } from "./type.ts";

export type Attribute = number | string | boolean | readonly Attribute[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** Where a value came from: a place in the text, or a pass that derived it from another value. */
export type Origin =
  | { readonly kind: "source"; readonly span: Span; readonly trail: readonly string[] }
  | { readonly kind: "derived"; readonly pass: string; readonly from: Value }
  | { readonly kind: "none" };

export interface Value {
  /** Unique in its builder, increasing with creation: operands have smaller ids. */
  readonly id: number;
  readonly op: Op;
  readonly operands: readonly Value[];
  readonly attributes: Attributes;
  readonly type: TensorType;
  readonly origin: Origin;
}

/** What a result of a program is for. An `update` overwrites the storage of its name after every read of it. */
export type ResultKind = "loss" | "metric" | "output" | "update";

export interface Result {
  readonly kind: ResultKind;
  readonly name: string;
  readonly value: Value;
}

/** One entry point: everything reachable from its results. Reads see the storages as they were before the call. */
export interface Program {
  readonly name: EntryName;
  readonly results: readonly Result[];
}

export type EntryName = "init" | "train" | "evaluate" | "predict";

/** `param` is trained, `state` is updated by `update`, `slot` belongs to an optimiser. */
export type StorageRole = "param" | "state" | "slot";

/** A tensor that outlives a call, read by the op `storage` with the same name. */
export interface Storage {
  readonly name: string;
  readonly role: StorageRole;
  readonly type: TensorType;
  readonly span: Span | undefined;
}

/** A tensor that the caller supplies before a call, read by the op `input` with the same name. */
export interface InputDeclaration {
  readonly name: string;
  readonly type: TensorType;
  readonly span: Span | undefined;
}

/** Data named by a `train` block: a built-in set or a file specification, with its arguments. */
export interface DataRequest {
  readonly name: string;
  readonly args: Readonly<Record<string, number | string | boolean>>;
}

/** One elaborated `train` block: the programs of its artifact over one set of storages. */
export interface Unit {
  readonly name: string;
  /** Numbers of the free sizes, by name, in order of the header. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The free size that leads every input: rows of a batch. Undefined when the inputs do not share one. */
  readonly batch: string | undefined;
  readonly epochs: number;
  readonly seed: number;
  readonly data: DataRequest | undefined;
  readonly inputs: readonly InputDeclaration[];
  readonly storages: readonly Storage[];
  readonly programs: readonly Program[];
}
