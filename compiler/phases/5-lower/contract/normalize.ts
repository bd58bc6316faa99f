/**
 * A contraction in the form that loops need: axes of one element dropped, adjacent axes merged where every index allows,
 * one main axis per role, and left and right exchanged where that gives the stores consecutive columns.
 */
import { coefficientOf } from "../../../ir/affine.ts";
import type { AxisId, AxisIndex, ContractKernel, ContractRole, Fused, Store } from "../../../ir/schedule.ts";

export interface Axis {
  readonly id: AxisId;
  readonly extent: number;
}

export interface Contraction {
  readonly left: Fused;
  readonly right: Fused;
  readonly stores: readonly Store[];
  readonly row: Axis;
  readonly column: Axis;
  /** Outermost first; the last one is walked in steps of vectors when operands are packed along depth. */
  readonly depth: readonly Axis[];
  /** Axes that become plain loops around the rest: batch axes, and rows and columns beside the main ones. */
  readonly outer: readonly { readonly axis: Axis; readonly role: ContractRole }[];
}

/** Stands for a role without axes. No index mentions it. */
const single: Axis = { id: -1, extent: 1 };

type Roles = Readonly<Record<ContractRole, readonly Axis[]>>;

export function normalizeContract(kernel: ContractKernel): Contraction {
  const leftIndices = indicesOf([kernel.left]);
  const rightIndices = indicesOf([kernel.right]);
  const storeIndices = [...kernel.stores.map((store) => store.index), ...indicesOf(kernel.stores.map((s) => s.value))];
  const indices = [...leftIndices, ...rightIndices, ...storeIndices];
  const of = (role: ContractRole): Axis[] =>
    mergeAxes(
      kernel.axes.flatMap((axis, id) => (axis.role === role && axis.extent > 1 ? [{ id, extent: axis.extent }] : [])),
      indices,
    );
  const roles: Roles = { batch: of("batch"), row: of("row"), column: of("column"), depth: of("depth") };
  const stores = kernel.stores.map((store) => store.index);
  return prefersExchange(roles, stores)
    ? arrange(kernel.right, kernel.left, kernel.stores, { ...roles, row: roles.column, column: roles.row })
    : arrange(kernel.left, kernel.right, kernel.stores, roles);
}

/** Every index inside expressions. */
export function indicesOf(roots: readonly Fused[]): AxisIndex[] {
  const seen = new Set<Fused>();
  const indices: AxisIndex[] = [];
  const visit = (node: Fused): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "load" || node.kind === "index") indices.push(node.index);
    else if (node.kind === "random") indices.push(node.element);
    else if (node.kind === "apply") node.arguments.forEach(visit);
    else if (node.kind === "gather") {
      indices.push(node.index);
      visit(node.row);
    }
  };
  roots.forEach(visit);
  return indices;
}

/** Merges (a, b) into b where a's coefficient is b's times b's extent everywhere. a no longer moves anything then. */
function mergeAxes(axes: readonly Axis[], indices: readonly AxisIndex[]): Axis[] {
  const merges = (a: Axis, b: Axis): boolean =>
    indices.every((index) => coefficientOf(index, a.id) === coefficientOf(index, b.id) * b.extent);
  for (const a of axes) {
    const b = axes.find((other) => other !== a && merges(a, other));
    if (b === undefined) continue;
    const merged: Axis = { id: b.id, extent: a.extent * b.extent };
    return mergeAxes(
      axes.flatMap((axis) => (axis === a ? [] : [axis === b ? merged : axis])),
      indices,
    );
  }
  return [...axes];
}

function hasUnit(axes: readonly Axis[], indices: readonly AxisIndex[]): boolean {
  return axes.some((axis) => indices.some((index) => coefficientOf(index, axis.id) === 1));
}

/** Rows become columns where only rows are consecutive in the stores, or where columns are too few for a vector. */
function prefersExchange(roles: Roles, stores: readonly AxisIndex[]): boolean {
  if (hasUnit(roles.row, stores) && !hasUnit(roles.column, stores)) return true;
  const size = (axes: readonly Axis[]): number => axes.reduce((product, axis) => product * axis.extent, 1);
  return size(roles.column) < 4 && size(roles.row) >= 8;
}

function arrange(left: Fused, right: Fused, stores: readonly Store[], roles: Roles): Contraction {
  const storeIndices = stores.map((store) => store.index);
  const rightIndices = indicesOf([right]);
  const leftIndices = indicesOf([left]);
  const column = mainAxis(roles.column, [storeIndices, rightIndices]);
  const row = mainAxis(roles.row, [leftIndices]);
  const inner = mainAxis(roles.depth, [leftIndices, rightIndices]);
  const beside = (role: ContractRole, main: Axis): Contraction["outer"] =>
    roles[role].filter((axis) => axis.id !== main.id).map((axis) => ({ axis, role }));
  return {
    left,
    right,
    stores,
    row,
    column,
    depth: [...roles.depth.filter((axis) => axis.id !== inner.id), inner],
    outer: [...beside("batch", single), ...beside("column", column), ...beside("row", row)],
  };
}

/** The first axis that is consecutive in one of the groups of indices, otherwise the longest. */
function mainAxis(axes: readonly Axis[], groups: readonly (readonly AxisIndex[])[]): Axis {
  for (const indices of groups) {
    const unit = axes.find((axis) => indices.some((index) => coefficientOf(index, axis.id) === 1));
    if (unit !== undefined) return unit;
  }
  return axes.reduce((longest, axis) => (axis.extent > longest.extent ? axis : longest), single);
}
