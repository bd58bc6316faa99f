/**
 * In: a unit whose values may hold placeholders `gradient(y, x)`. Out: the same unit with each placeholder replaced
 * by core ops that compute ∂y/∂x; the same object if there is none. Reverse mode: one sweep per distinct y serves
 * all its x, in time linear in the size of the graph. Inner placeholders go first, so derivatives nest.
 */
import type { Builder } from "../../ir/builder.ts";
import type { Unit, Value } from "../../ir/program.ts";
import { rootsOfUnit, topological, withOperands, withResults } from "../../ir/walk.ts";
import { sweep } from "./sweep.ts";

export function differentiate(unit: Unit, build: Builder): Unit {
  const order = topological(rootsOfUnit(unit));
  const targets = targetsByResult(order);
  if (targets.size === 0) return unit;
  const images = new Map<Value, Value>();
  const gradients = new Map<Value, ReadonlyMap<Value, Value>>();

  /** ∂y/∂x by x, with y and x already free of placeholders; made when the first placeholder over y is met. */
  const gradientsOf = (y: Value): ReadonlyMap<Value, Value> => {
    const known = gradients.get(y);
    if (known !== undefined) return known;
    // What has no image yet is not below y, so y does not depend on it.
    const wanted = targets.get(y)!.flatMap((x) => images.get(x) ?? []);
    const found = sweep(images.get(y)!, wanted, build);
    gradients.set(y, found);
    return found;
  };

  for (const value of order) {
    if (isPlaceholder(value)) {
      const [y, x] = [value.operands[0]!, value.operands[1]!];
      images.set(value, gradientsOf(y).get(images.get(x)!) ?? zerosFor(value, build));
    } else {
      const operands = value.operands.map((operand) => images.get(operand)!);
      images.set(value, withOperands(value, operands, build));
    }
  }
  return withResults(unit, (value) => images.get(value)!);
}

/** The x of all placeholders, by their y. */
function targetsByResult(order: readonly Value[]): ReadonlyMap<Value, readonly Value[]> {
  const targets = new Map<Value, Value[]>();
  for (const value of order) {
    if (!isPlaceholder(value)) continue;
    const [y, x] = [value.operands[0]!, value.operands[1]!];
    const list = targets.get(y);
    if (list === undefined) targets.set(y, [x]);
    else list.push(x);
  }
  return targets;
}

function zerosFor(placeholder: Value, build: Builder): Value {
  const { dtype, shape } = placeholder.type;
  const zero = build.make("constant", [], { value: 0, dtype }, placeholder.origin);
  return shape.length === 0 ? zero : build.make("broadcast", [zero], { shape, axes: [] }, placeholder.origin);
}

function isPlaceholder(value: Value): boolean {
  return value.op.meaning(value).kind === "gradient";
}
