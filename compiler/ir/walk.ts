/**
 * Walks over graphs of values: order, reachability, users, and rebuilding with replacements. Nothing here recurses,
 * so a graph may be as deep as it likes. Order depends only on the structure, never on ids.
 */
import type { Builder } from "./builder.ts";
import type { Program, Unit, Value } from "./program.ts";

/** Everything reachable from `roots`, once each, operands before users; depth first, operands from left to right. */
export function topological(roots: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const path: { readonly value: Value; next: number }[] = [];
  const enter = (value: Value): void => {
    if (seen.has(value)) return;
    seen.add(value);
    path.push({ value, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const operand = top.value.operands[top.next++];
      if (operand !== undefined) {
        enter(operand);
      } else {
        order.push(top.value);
        path.pop();
      }
    }
  }
  return order;
}

export function reachable(roots: readonly Value[]): ReadonlySet<Value> {
  return new Set(topological(roots));
}

/** The values that read each value, once per operand position, in the order of `values`. */
export function usersOf(values: Iterable<Value>): ReadonlyMap<Value, readonly Value[]> {
  const users = new Map<Value, Value[]>();
  for (const value of values) {
    for (const operand of value.operands) {
      const list = users.get(operand);
      if (list === undefined) users.set(operand, [value]);
      else list.push(value);
    }
  }
  return users;
}

/** The same op on other operands; the same object when the operands are the same. Keeps the origin. */
export function withOperands(value: Value, operands: readonly Value[], build: Builder): Value {
  const same = operands.every((operand, k) => operand === value.operands[k]);
  return same ? value : build.make(value.op.name, operands, value.attributes, value.origin);
}

/**
 * Rebuilds everything reachable from `roots`, operands first. `change` receives each value already rebuilt on its
 * changed operands, and the value it was; what it returns stands in for it. Unchanged parts keep their identity.
 */
export function mapValues(
  roots: readonly Value[],
  build: Builder,
  change: (rebuilt: Value, old: Value) => Value,
): ReadonlyMap<Value, Value> {
  const images = new Map<Value, Value>();
  for (const value of topological(roots)) {
    const operands = value.operands.map((operand) => images.get(operand)!);
    images.set(value, change(withOperands(value, operands, build), value));
  }
  return images;
}

export function rootsOf(program: Program): Value[] {
  return program.results.map((result) => result.value);
}

/** The values of all results of all programs. */
export function rootsOfUnit(unit: Unit): Value[] {
  return unit.programs.flatMap(rootsOf);
}

/** The unit with each result's value replaced; the same unit, and the same programs, where nothing changes. */
export function withResults(unit: Unit, image: (value: Value) => Value): Unit {
  const programs = unit.programs.map((program) => {
    const results = program.results.map((result) => {
      const value = image(result.value);
      return value === result.value ? result : { ...result, value };
    });
    return results.every((result, k) => result === program.results[k]) ? program : { ...program, results };
  });
  return programs.every((program, k) => program === unit.programs[k]) ? unit : { ...unit, programs };
}
