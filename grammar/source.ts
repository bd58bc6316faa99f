/**
 * A source text and positions in it. Everything in the compiler speaks in offsets; a line and a column
 * exist only when something is printed.
 */

/** A half-open range `[start, end)` of UTF-16 offsets into one source. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** One file of text. `name` is what messages show, usually the path as the user wrote it. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** A position for people: both count from 1; `column` counts UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionAt(source: Source, offset: number): Position {
  const before = source.text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  let line = 1;
  for (let i = before.indexOf("\n"); i !== -1; i = before.indexOf("\n", i + 1)) line++;
  return { line, column: offset - lastBreak };
}

/** The span from the start of `first` to the end of `last`. Both must lie in one source. */
export function spanning(first: Span, last: Span): Span {
  return { source: first.source, start: first.start, end: last.end };
}
