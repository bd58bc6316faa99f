/**
 * One backward sweep: the derivatives of one scalar by several values below it. Visits only what lies on a path
 * from one of them to the scalar, each value once, after everything that reads it; contributions to one value add up
 * in the order in which its readers are visited.
 */
import type { Builder } from "../../ir/builder.ts";
import type { Value } from "../../ir/program.ts";
import { topological } from "../../ir/walk.ts";

/** ∂y/∂x for those of `targets` that y depends on; no entry where nothing flows. */
export function sweep(y: Value, targets: readonly Value[], build: Builder): ReadonlyMap<Value, Value> {
  const path = pathsTo(y, new Set(targets));
  const outer = build.origin;
  const cotangents = new Map<Value, Value>();
  for (const value of [...path].reverse()) {
    build.origin = { kind: "derived", pass: "differentiate", from: value };
    if (value === y) cotangents.set(y, build.make("constant", [], { value: 1, dtype: "f32" }));
    const cotangent = cotangents.get(value);
    if (cotangent === undefined) continue;
    value.op.gradient?.(value, cotangent, build).forEach((part, k) => {
      const operand = value.operands[k]!;
      if (part === undefined || !path.has(operand)) return;
      const before = cotangents.get(operand);
      cotangents.set(operand, before === undefined ? part : build.make("add", [before, part]));
    });
  }
  build.origin = outer;
  return new Map(targets.flatMap((x) => (cotangents.has(x) ? [[x, cotangents.get(x)!]] : [])));
}

/** The f32 values that depend on a target and pass cotangents down to it, operands before users. */
function pathsTo(y: Value, targets: ReadonlySet<Value>): ReadonlySet<Value> {
  const onPath = new Set<Value>();
  for (const value of topological([y])) {
    const passes = value.op.gradient !== undefined && value.operands.some((operand) => onPath.has(operand));
    if (value.type.dtype === "f32" && (targets.has(value) || passes)) onPath.add(value);
  }
  return onPath;
}
