/**
 * The loop nest of a contraction, outermost first: plain loops over outer axes, blocks of columns, blocks of depth (the
 * right operand is prepared once for each), blocks of rows (the left operand is prepared), strips of rows, panels of
 * columns; inside, one call of a micro-kernel. The epilogue follows a strip as soon as its sums are complete.
 */
import { affineConstant, affineShift } from "../../../ir/affine.ts";
import type { LoopIndex, Statement } from "../../../ir/loop.ts";
import type { Target } from "../../../pass.ts";
import { combine, counter, loopBlocks, loopOver, moved, type Frame, type Position } from "./frame.ts";
import { affineOf } from "../../../ir/affine.ts";
import { microKernel } from "./micro.ts";
import { indicesOf, type Contraction } from "./normalize.ts";
import { coefficientOf } from "../../../ir/affine.ts";
import {
  leftInPlace,
  packLeft,
  packPanels,
  placeLeft,
  rightInPlace,
  type BlockSize,
  type PlacedLeft,
  type PlacedRight,
} from "./operands.ts";
import { chooseTarget, clearTarget, epilogue, placeTile, type TileTarget } from "./target.ts";
import { evenBlocks, panelsOf, stripsOf, vectorsFor, type Blocks, type Panels, type TileTable } from "./tiles.ts";

export interface NestOptions {
  readonly target: Target;
  readonly table: TileTable;
}

interface Nest {
  readonly frame: Frame;
  readonly contraction: Contraction;
  readonly table: TileTable;
  /** Blocks of the outermost depth axis, and the product of the other ones. */
  readonly depthBlocks: Blocks;
  readonly innerDepth: number;
  readonly vectors: number;
  readonly scratch: { readonly left: number; readonly right: number };
}

export function contractNest(frame: Frame, contraction: Contraction, table: TileTable): readonly Statement[] {
  const { depth, row, column } = contraction;
  const innerDepth = depth.slice(1).reduce((product, axis) => product * axis.extent, 1);
  const depthBlocks = evenBlocks(
    depth[0]!.extent,
    Math.max(1, Math.floor(table.depthBlock / innerDepth)),
    innerDepth === 1 ? 4 : 1,
  );
  const vectors = vectorsFor(row.extent, table);
  const columnBlocks = evenBlocks(column.extent, table.columnBlock, 4 * vectors);
  const deepest = depthBlocks.size * innerDepth;
  const scratch = {
    left: frame.reserve(leftInPlace(contraction) === undefined ? leftRows(contraction, table, deepest) * deepest : 0),
    right: frame.reserve(deepest * roundUp(columnBlocks.size, 4 * vectors)),
  };
  const nest: Nest = { frame, contraction, table, depthBlocks, innerDepth, vectors, scratch };
  const several = depthBlocks.count + (depthBlocks.rest > 0 ? 1 : 0) > 1;
  const isInner = (axis: { readonly id: number }): boolean =>
    !several && indicesOf([contraction.right]).every((index) => coefficientOf(index, axis.id) === 0);
  const outer = contraction.outer.filter(({ axis }) => !isInner(axis)).map(({ axis }) => axis);
  const inner = contraction.outer.filter(({ axis }) => isInner(axis)).map(({ axis }) => axis);
  return overAxes(outer, new Map(), (position) =>
    loopBlocks("j", columnBlocks, (start, columns) =>
      columnBlock(nest, moved(position, column.id, start), columns, several, (at, body) => overAxes(inner, at, body)),
    ),
  );
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Rows of the left operand that are prepared at a time: a multiple of the tile's. */
function leftRows(contraction: Contraction, table: TileTable, depth: number): number {
  const most = Math.max(table.rows, Math.floor(table.leftElements / depth / table.rows) * table.rows);
  return Math.min(contraction.row.extent, most);
}

function overAxes(
  axes: readonly { readonly id: number; readonly extent: number }[],
  position: Position,
  body: (position: Position) => readonly Statement[],
): readonly Statement[] {
  const [axis, ...others] = axes;
  if (axis === undefined) return body(position);
  const variable = counter(`x${axis.id}`);
  return [
    {
      kind: "for",
      variable,
      from: affineConstant(0),
      to: affineConstant(axis.extent),
      step: 1,
      body: overAxes(others, moved(position, axis.id, affineOf(variable)), body),
    },
  ];
}

type Around = (position: Position, body: (position: Position) => readonly Statement[]) => readonly Statement[];

function columnBlock(
  nest: Nest,
  position: Position,
  columns: number,
  several: boolean,
  around: Around,
): readonly Statement[] {
  const { frame, contraction, depthBlocks, table, innerDepth } = nest;
  const panels = panelsOf(columns, nest.vectors);
  const target = chooseTarget(frame, contraction, panels, contraction.row.extent, table.rows, several);
  const axis = contraction.depth[0]!.id;
  const block = (start: LoopIndex, size: number, last: boolean): readonly Statement[] => {
    const at = moved(position, axis, start);
    const deep: BlockSize = { outerDepth: size, depth: size * innerDepth };
    const right = prepareRight(nest, at, deep, panels);
    const body = around(at, (inner) =>
      rowBlocks(nest, {
        position: inner,
        deep,
        panels,
        columns,
        target,
        right: right.placed(inner),
        accumulate: several,
        last,
      }),
    );
    return [...right.statements, ...body];
  };
  if (!several) return block(affineConstant(0), depthBlocks.size, true);
  const { size, count, rest } = depthBlocks;
  const before = rest > 0 ? count : count - 1;
  return [
    ...clearTarget(frame, contraction, target, position),
    ...loopOver("p", before * size, (start) => block(start, size, false), { step: size }),
    ...block(affineConstant(before * size), rest > 0 ? rest : size, true),
  ];
}

interface PreparedRight {
  readonly statements: readonly Statement[];
  placed(position: Position): { readonly full: PlacedRight; readonly rest: PlacedRight };
}

function prepareRight(nest: Nest, position: Position, deep: BlockSize, panels: Panels): PreparedRight {
  const { frame, contraction, scratch, table } = nest;
  const { width, full, rest, restWidth } = panels;
  const few = contraction.row.extent <= table.rowsInPlace;
  const inPlace = few ? rightInPlace(frame, contraction, position) : undefined;
  const restAt = scratch.right + full * width * deep.depth;
  const packedFull: PlacedRight = {
    stride: width,
    place: (first) => ({ base: frame.scratch, index: combine(scratch.right, [first, deep.depth]), bytes: 4 }),
  };
  const packedRest: PlacedRight = {
    stride: restWidth,
    place: () => ({ base: frame.scratch, index: affineConstant(restAt), bytes: 4 }),
  };
  const restInPlace = inPlace !== undefined && rest === restWidth;
  const pack = (first: number, count: number, each: number, valid: number, at: number): readonly Statement[] =>
    packPanels(frame, contraction, position, deep, { first, count, width: each, valid }, at);
  return {
    statements: [
      ...(inPlace === undefined && full > 0 ? pack(0, full, width, width, scratch.right) : []),
      ...(!restInPlace && rest > 0 ? pack(full * width, 1, restWidth, rest, restAt) : []),
    ],
    placed: () => ({ full: inPlace ?? packedFull, rest: restInPlace ? inPlace : packedRest }),
  };
}

interface RowWork {
  readonly position: Position;
  readonly deep: BlockSize;
  readonly panels: Panels;
  readonly columns: number;
  readonly target: TileTarget;
  readonly right: { readonly full: PlacedRight; readonly rest: PlacedRight };
  readonly accumulate: boolean;
  /** The sums are complete after this block of depth. */
  readonly last: boolean;
}

function rowBlocks(nest: Nest, work: RowWork): readonly Statement[] {
  const { frame, contraction, table, scratch } = nest;
  const { row } = contraction;
  const inPlace = leftInPlace(contraction);
  if (inPlace !== undefined) {
    const left: PlacedLeft = { ...inPlace, place: placeLeft(frame, contraction, work.position) };
    return strips(nest, work, row.extent, left);
  }
  const size = leftRows(contraction, table, nest.depthBlocks.size * nest.innerDepth);
  const count = Math.floor(row.extent / size);
  return loopBlocks("i", { size, count, rest: row.extent - count * size }, (start, rows) => {
    const at = moved(work.position, row.id, start);
    const { statements, placed } = packLeft(frame, contraction, at, rows, work.deep, scratch.left);
    return [...statements, ...strips(nest, { ...work, position: at }, rows, placed)];
  });
}

function strips(nest: Nest, work: RowWork, rows: number, left: PlacedLeft): readonly Statement[] {
  const { frame, contraction, table } = nest;
  const { row } = contraction;
  const start = work.position.get(row.id) ?? affineConstant(0);
  return stripsOf(rows, table.rows).flatMap((strip) =>
    loopOver(
      "s",
      strip.count * strip.height,
      (offset) => {
        const inBlock = affineShift(offset, strip.start);
        const at = moved(work.position, row.id, combine(0, [start, 1], [inBlock, 1]));
        const calls = panelCalls(nest, work, at, left, inBlock, strip.height);
        if (!work.last) return calls;
        return [...calls, ...epilogue(frame, contraction, work.target, at, strip.height, work.columns)];
      },
      { step: strip.height },
    ),
  );
}

/** One strip times all panels of the block. */
function panelCalls(
  nest: Nest,
  work: RowWork,
  position: Position,
  left: PlacedLeft,
  row: LoopIndex,
  height: number,
): readonly Statement[] {
  const { frame, contraction, table } = nest;
  const { panels, target, accumulate, right, deep } = work;
  const call = (column: LoopIndex, width: number, placed: PlacedRight, inScratch: boolean): Statement => {
    const tile = placeTile(frame, contraction, target, position, column, inScratch);
    const rounds = Math.floor(deep.depth / table.unroll);
    return {
      kind: "call",
      function: microKernel({ rows: height, vectors: width / 4, left: left.layout, accumulate, unroll: table.unroll }),
      regions: [left.place(row), placed.place(column), tile.place],
      values: [rounds, deep.depth - rounds * table.unroll, left.stride, placed.stride, tile.stride].map(affineConstant),
    };
  };
  const { width, full, rest, restWidth } = panels;
  const inScratch = target.firstInScratch === 0;
  const behind = affineConstant(full * width);
  return [
    ...loopOver("q", full * width, (column) => [call(column, width, right.full, inScratch)], { step: width }),
    ...(rest === 0 ? [] : [call(behind, restWidth, right.rest, target.firstInScratch <= full * width)]),
  ];
}
