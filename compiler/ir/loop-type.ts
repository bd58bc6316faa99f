/** Lane types of expressions, and the small questions that every pass over loops asks. */
import type { Expression, LaneType, Region, Variable } from "./loop.ts";
import type { DType } from "./type.ts";

/** The lane type of elements in memory: u8 widens to i32. */
export function laneTypeOf(dtype: DType): LaneType {
  return dtype === "u8" ? "i32" : dtype;
}

export function typeOf(expression: Expression): LaneType {
  switch (expression.kind) {
    case "constant":
    case "apply":
      return expression.type;
    case "variable": {
      const { type, name } = expression.variable;
      if (type === "index" || type === "pointer") throw new Error(`loops: ${type} ${name} is used as a vector`);
      return type;
    }
    case "load":
      return laneTypeOf(expression.dtype);
    case "narrow":
    case "index":
      return "i32";
    case "multiplyAdd":
    case "random":
    case "shuffle":
      return "f32";
    case "across":
    case "lane":
      return typeOf(expression.value);
  }
}

/** Variables have a type, regions do not. */
export function isVariable(base: Region | Variable): base is Variable {
  return "type" in base;
}
