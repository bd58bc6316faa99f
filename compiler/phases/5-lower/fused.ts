/**
 * Fused expressions to loop expressions of one lane. Nodes used more than once become variables, so that expressions
 * are trees; the statements that assign these come first.
 */
import type { Expression, LoopIndex, Region, Statement, Variable } from "../../ir/loop.ts";
import { laneTypeOf } from "../../ir/loop-type.ts";
import type { AxisIndex, Buffer, Fused } from "../../ir/schedule.ts";

export interface FusedContext {
  /** An index over axes as an index over loop variables. */
  index(index: AxisIndex): LoopIndex;
  region(buffer: Buffer): Region;
  /** Where the result of a reduction stands. */
  reduced(reduction: number): Expression;
}

export interface LoweredFused {
  readonly statements: readonly Statement[];
  /** One per root. */
  readonly values: readonly Expression[];
}

export function lowerFused(roots: readonly Fused[], context: FusedContext): LoweredFused {
  const uses = countUses(roots);
  const statements: Statement[] = [];
  const known = new Map<Fused, Expression>();
  const lower = (node: Fused): Expression => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const value = lowerNode(node, context, lower);
    if (uses.get(node)! < 2 || value.kind === "constant" || value.kind === "variable") return value;
    const variable: Variable = { name: `shared${known.size}`, type: laneTypeOf(node.dtype) };
    statements.push({ kind: "assign", variable, value });
    const read: Expression = { kind: "variable", variable };
    known.set(node, read);
    return read;
  };
  const values = roots.map(lower);
  return { statements, values };
}

function operandsOfFused(node: Fused): readonly Fused[] {
  if (node.kind === "apply") return node.arguments;
  return node.kind === "gather" ? [node.row] : [];
}

function countUses(roots: readonly Fused[]): Map<Fused, number> {
  const uses = new Map<Fused, number>();
  const visit = (node: Fused): void => {
    const count = uses.get(node) ?? 0;
    uses.set(node, count + 1);
    if (count === 0) operandsOfFused(node).forEach(visit);
  };
  roots.forEach(visit);
  return uses;
}

function lowerNode(node: Fused, context: FusedContext, lower: (node: Fused) => Expression): Expression {
  switch (node.kind) {
    case "constant":
      return { kind: "constant", value: node.value, type: laneTypeOf(node.dtype) };
    case "load":
      return {
        kind: "load",
        base: context.region(node.buffer),
        index: context.index(node.index),
        dtype: node.dtype,
        lanes: 1,
      };
    case "index":
      return { kind: "index", index: context.index(node.index), step: 0 };
    case "apply":
      return lowerApply(node, lower);
    case "random": {
      const { stream, everyStep } = node;
      return { kind: "random", stream, everyStep, element: context.index(node.element), step: 0 };
    }
    case "gather":
      return {
        kind: "load",
        base: context.region(node.buffer),
        index: context.index(node.index),
        dtype: node.dtype,
        lanes: 1,
        dynamic: { row: lower(node.row), scale: node.scale, limit: node.limit },
      };
    case "guard":
      throw new Error("lower: a guard must be resolved before its expression is lowered");
    case "reduced":
      return context.reduced(node.reduction);
  }
}

/** u8 values are i32 lanes below 256: whatever may leave that range is cut to eight bits at once. */
function lowerApply(node: Extract<Fused, { kind: "apply" }>, lower: (node: Fused) => Expression): Expression {
  const operands = node.arguments.map(lower);
  const value: Expression = {
    kind: "apply",
    function: node.function,
    arguments: operands,
    type: laneTypeOf(node.dtype),
  };
  const [first] = node.arguments;
  const fits = node.dtype !== "u8" || node.function === "select" || first!.dtype === "u8" || first!.dtype === "bool";
  return fits ? value : { kind: "narrow", value };
}
