/** What emission of one function knows: its assembler, the locals of its variables and regions, the control block. */
import type { Region, Variable } from "../../ir/loop.ts";
import { isVariable } from "../../ir/loop-type.ts";
import type { FunctionAssembler, Local } from "./assembler.ts";

export interface Scope {
  readonly assembler: FunctionAssembler;
  /** Byte address of the control block. */
  readonly control: number;
  /** The local of a region or variable; a variable gets its local when first met. */
  localOf(place: Region | Variable): Local;
}

export function createScope(
  assembler: FunctionAssembler,
  control: number,
  parameters: ReadonlyMap<Region | Variable, Local>,
): Scope {
  const locals = new Map(parameters);
  return {
    assembler,
    control,
    localOf: (place) => {
      const known = locals.get(place);
      if (known !== undefined) return known;
      if (!isVariable(place)) throw new Error(`emit: region ${place.name} is not a parameter of the function`);
      const local = assembler.local(place.type === "index" || place.type === "pointer" ? "i32" : "v128");
      locals.set(place, local);
      return local;
    },
  };
}
