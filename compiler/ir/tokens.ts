/**
 * The words of a program's text: what `parse.ts` reads. Comments run from `#` to the end of the line.
 */

export interface Token {
  readonly kind: "word" | "string" | "mark" | "end";
  /** A string's content is unescaped here. */
  readonly text: string;
  readonly line: number;
}

/** The text is not one that `print.ts` writes. */
export class ProgramTextError extends Error {
  override readonly name = "ProgramTextError";
}

const pattern = /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|[{}()[\],:=%]|[^\s#"{}()[\],:=%]+/y;

export class TokenReader {
  readonly #text: string;
  #offset = 0;
  #line = 1;
  #next: Token;

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#scan();
  }

  get next(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    this.#next = this.#scan();
    return token;
  }

  /** True, and past it, if the next token is this mark. */
  skip(mark: string): boolean {
    const found = this.#next.kind === "mark" && this.#next.text === mark;
    if (found) this.take();
    return found;
  }

  expect(mark: string): void {
    if (!this.skip(mark)) this.fail(`expected ${mark}`);
  }

  word(): string {
    return this.#next.kind === "word" ? this.take().text : this.fail("expected a word");
  }

  /** A bare word or a quoted one. */
  name(): string {
    return this.#next.kind === "string" ? this.take().text : this.word();
  }

  fail(problem: string): never {
    const found = this.#next.kind === "end" ? "the end" : JSON.stringify(this.#next.text);
    throw new ProgramTextError(`line ${this.#next.line}: ${problem}, found ${found}`);
  }

  #scan(): Token {
    while (this.#offset < this.#text.length) {
      const line = this.#line;
      pattern.lastIndex = this.#offset;
      const piece = pattern.exec(this.#text)?.[0];
      if (piece === undefined) throw new ProgramTextError(`line ${line}: a string does not end`);
      this.#offset += piece.length;
      const first = piece[0]!;
      if (/\s/.test(first)) this.#line += piece.split("\n").length - 1;
      else if (first === '"') return { kind: "string", text: unquoted(piece, line), line };
      else if (first !== "#") return { kind: "{}()[],:=%".includes(first) ? "mark" : "word", text: piece, line };
    }
    return { kind: "end", text: "", line: this.#line };
  }
}

function unquoted(piece: string, line: number): string {
  try {
    return JSON.parse(piece) as string;
  } catch {
    throw new ProgramTextError(`line ${line}: ${piece} is not a string`);
  }
}
