/**
 * What an artifact says of itself: the JSON in the custom section `nnc.manifest` of its wasm module.
 * The compiler writes it, the runtime reads (and checks) it. All offsets and sizes are bytes.
 */

export type DType = "f32" | "i32" | "u8" | "bool";

/** A tensor at a fixed place in the module's memory, row-major, little endian. */
export interface Slot {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly offset: number;
}

/** A tensor that outlives a call. `param` is trained, `state` is a running statistic, `slot` is an optimiser's. */
export interface StoredSlot extends Slot {
  readonly role: "param" | "state" | "slot";
}

/** A result of an entry. Losses and metrics are f32 scalars, a mean over the valid rows of the batch. */
export interface ResultSlot extends Slot {
  readonly kind: "loss" | "metric" | "output";
}

export type EntryName = "init" | "train" | "evaluate" | "predict";

/** An exported function without parameters or results; it reads its inputs and the control block from memory. */
export interface Entry {
  readonly inputs: readonly Slot[];
  readonly results: readonly ResultSlot[];
  /** Kernel calls of one call of the entry. */
  readonly kernels: number;
}

export interface Manifest {
  readonly format: 1;
  /** Version of nnc. */
  readonly compiler: string;
  /** SHA-256 of the source text, hexadecimal. */
  readonly source: string;
  /** Name of the `train` block. */
  readonly name: string;
  readonly target: "simd128" | "relaxed";
  readonly seed: number;
  readonly epochs: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** Rows of one call: the leading size of every input. 1 when there is no batch axis. */
  readonly batch: number;
  readonly data:
    { readonly name: string; readonly args: Readonly<Record<string, number | string | boolean>> } | undefined;
  readonly memory: {
    /** Size of the memory that the module imports as `env.memory`, in pages of 64 KiB. */
    readonly pages: number;
    /** Peak of temporaries, and its lower bound (maximum of live bytes). */
    readonly arenaBytes: number;
    readonly arenaLowerBound: number;
  };
  /** Where five words lie: step (i32, from 1), epoch (i32, from 0), rows (i32), seed low and high word (u32). */
  readonly control: number;
  readonly storages: readonly StoredSlot[];
  /** `init` and `evaluate` always exist; `train` unless compiled for inference; `predict` when there are outputs. */
  readonly entries: Readonly<Partial<Record<EntryName, Entry>>>;
}

/** Name of the custom section. */
export const manifestSection = "nnc.manifest";
