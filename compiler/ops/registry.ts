/**
 * All core ops by name, in the order of the table in README.md.
 */
import type { Op } from "../ir/op.ts";
import { arithmetic } from "./arithmetic.ts";
import { contractions } from "./contract.ts";
import { conversion } from "./conversion.ts";
import { derivatives } from "./derivative.ts";
import { functions } from "./functions.ts";
import { indexed } from "./indexed.ts";
import { leaves } from "./leaves.ts";
import { logic } from "./logic.ts";
import { parts } from "./parts.ts";
import { randoms } from "./random.ts";
import { reductions } from "./reductions.ts";
import { views } from "./views.ts";

const families: readonly (readonly Op[])[] = [
  leaves,
  arithmetic,
  functions,
  logic,
  conversion,
  views,
  parts,
  reductions,
  contractions,
  indexed,
  randoms,
  derivatives,
];

export const coreOps: ReadonlyMap<string, Op> = new Map(families.flat().map((op) => [op.name, op]));
