/**
 * Where tiles of the product go: straight to the output when the only store is the plain product, otherwise to scratch,
 * from where the epilogue evaluates everything fused behind the product. Sums over several blocks of depth stay there.
 */
import { affineConstant, coefficientOf } from "../../../ir/affine.ts";
import type { Expression, LoopIndex, Place, Statement } from "../../../ir/loop.ts";
import { combine, indexAt, loopOver, lowerAt, moved, type Frame, type Position } from "./frame.ts";
import type { Contraction } from "./normalize.ts";
import type { Panels } from "./tiles.ts";

export interface TileTarget {
  /** Columns from here on go to scratch; the ones before go to the output. A multiple of the panels' width. */
  readonly firstInScratch: number;
  readonly scratchStride: number;
  readonly scratchStart: number;
  /** Scratch holds all rows (sums over several blocks of depth) rather than one strip. */
  readonly wholeRows: boolean;
}

export function isPlainStore(contraction: Contraction): boolean {
  const [store] = contraction.stores;
  if (contraction.stores.length !== 1 || store === undefined) return false;
  const consecutive = contraction.column.extent === 1 || coefficientOf(store.index, contraction.column.id) === 1;
  return store.value.kind === "reduced" && store.buffer.dtype === "f32" && consecutive;
}

/** Padded columns may not be written to the output: the tile behind the full panels goes there only when it is full. */
export function chooseTarget(
  frame: Frame,
  contraction: Contraction,
  panels: Panels,
  rows: number,
  strip: number,
  wholeRows: boolean,
): TileTarget {
  const columns = panels.full * panels.width;
  const all = columns + panels.restWidth;
  const direct = !isPlainStore(contraction) ? 0 : panels.rest === panels.restWidth ? all : columns;
  const scratchStride = all - direct;
  const scratchStart = frame.reserve(scratchStride * (wholeRows ? rows : strip));
  return { firstInScratch: direct, scratchStride, scratchStart, wholeRows };
}

/** Place and stride of the tile at a row of the strip's block and a column of the block. */
export function placeTile(
  frame: Frame,
  contraction: Contraction,
  target: TileTarget,
  position: Position,
  column: LoopIndex,
  inScratch: boolean,
): { readonly place: Place; readonly stride: number } {
  if (inScratch) {
    const row = target.wholeRows ? (position.get(contraction.row.id) ?? affineConstant(0)) : affineConstant(0);
    const start = target.scratchStart - target.firstInScratch;
    const index = combine(start, [row, target.scratchStride], [column, 1]);
    return { place: { base: frame.scratch, index, bytes: 4 }, stride: target.scratchStride };
  }
  const store = contraction.stores[0]!;
  const first = position.get(contraction.column.id) ?? affineConstant(0);
  const at = moved(position, contraction.column.id, combine(0, [first, 1], [column, 1]));
  const stride = coefficientOf(store.index, contraction.row.id);
  return { place: { base: frame.region(store.buffer), index: indexAt(store.index, at), bytes: 4 }, stride };
}

/** Zeros where sums over several blocks of depth will be added. */
export function clearTarget(
  frame: Frame,
  contraction: Contraction,
  target: TileTarget,
  position: Position,
): readonly Statement[] {
  const { row } = contraction;
  const start = position.get(row.id) ?? affineConstant(0);
  const statements: Statement[] = [];
  if (target.scratchStride > 0) {
    const bytes = 4 * target.scratchStride * row.extent;
    statements.push({ kind: "clear", base: frame.scratch, index: affineConstant(target.scratchStart), bytes });
  }
  if (target.firstInScratch === 0) return statements;
  const bytes = 4 * target.firstInScratch;
  const clear = (offset: LoopIndex): Statement[] => {
    const at = moved(position, row.id, combine(0, [start, 1], [offset, 1]));
    const { place } = placeTile(frame, contraction, target, at, affineConstant(0), false);
    return [{ kind: "clear", base: place.base, index: place.index, bytes }];
  };
  return [...statements, ...loopOver("r", row.extent, clear)];
}

/** Evaluates the stores over a strip of rows for the columns in scratch. */
export function epilogue(
  frame: Frame,
  contraction: Contraction,
  target: TileTarget,
  position: Position,
  rows: number,
  columns: number,
): readonly Statement[] {
  if (target.scratchStride === 0) return [];
  const { row, column } = contraction;
  const firstRow = position.get(row.id) ?? affineConstant(0);
  const firstColumn = position.get(column.id) ?? affineConstant(0);
  return loopOver("r", rows, (r) =>
    loopOver(
      "c",
      columns - target.firstInScratch,
      (c) => {
        const here = moved(
          moved(position, row.id, combine(0, [firstRow, 1], [r, 1])),
          column.id,
          combine(target.firstInScratch, [firstColumn, 1], [c, 1]),
        );
        const rowInScratch = target.wholeRows ? combine(0, [firstRow, 1], [r, 1]) : r;
        const index = combine(target.scratchStart, [rowInScratch, target.scratchStride], [c, 1]);
        const product: Expression = { kind: "load", base: frame.scratch, index, dtype: "f32", lanes: 1 };
        return storesAt(frame, contraction, here, product);
      },
      { vectorize: true },
    ),
  );
}

function storesAt(frame: Frame, contraction: Contraction, here: Position, product: Expression): readonly Statement[] {
  const { stores } = contraction;
  const lowered = lowerAt(
    frame,
    stores.map((store) => store.value),
    here,
    product,
  );
  const written = stores.map((store, at): Statement => ({
    kind: "store",
    base: frame.region(store.buffer),
    index: indexAt(store.index, here),
    dtype: store.buffer.dtype,
    lanes: 1,
    value: lowered.values[at]!,
  }));
  return [...lowered.statements, ...written];
}
