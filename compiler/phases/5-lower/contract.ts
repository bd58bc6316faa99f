/**
 * A contraction to loops: packed, register-tiled and blocked for the caches (Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008), with everything fused into its operands evaluated while they are
 * packed, and everything fused behind it while its tiles are in the cache.
 */
import type { LoopFunction } from "../../ir/loop.ts";
import type { Buffer, ContractKernel } from "../../ir/schedule.ts";
import type { Target } from "../../pass.ts";
import { createFrame } from "./contract/frame.ts";
import { contractNest } from "./contract/nest.ts";
import { normalizeContract } from "./contract/normalize.ts";
import { tileTables, type TileTable } from "./contract/tiles.ts";

export interface ContractOptions {
  readonly target: Target;
  /** Overrides entries of the flavour's table. */
  readonly tile?: Partial<TileTable>;
}

export interface LoweredContract {
  readonly function: LoopFunction;
  /** Which buffer each region of the function is. */
  readonly regions: readonly (Buffer | "scratch")[];
  readonly scratchBytes: number;
}

export function lowerContract(kernel: ContractKernel, options: ContractOptions): LoweredContract {
  const table: TileTable = { ...tileTables[options.target], ...options.tile };
  const frame = createFrame();
  const body = contractNest(frame, normalizeContract(kernel), table);
  const scratchBytes = 4 * frame.scratchElements();
  const buffers = [...frame.regions.keys()];
  const regions = buffers.map((buffer) => frame.region(buffer));
  const usesScratch = scratchBytes > 0;
  return {
    function: { name: kernel.name, regions: usesScratch ? [...regions, frame.scratch] : regions, body },
    regions: usesScratch ? [...buffers, "scratch"] : buffers,
    scratchBytes,
  };
}
