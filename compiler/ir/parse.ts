/**
 * Reads the text that `print.ts` writes back into a program or a unit, so that a pass can be tested text to text.
 * Types are inferred anew and compared with the written ones. Places in comments are not read: origins are `none`.
 */
import type { Builder } from "./builder.ts";
import type {
  Attribute,
  Attributes,
  DataRequest,
  EntryName,
  InputDeclaration,
  Program,
  Result,
  ResultKind,
  Storage,
  StorageRole,
  Unit,
  Value,
} from "./program.ts";
import { ProgramTextError, TokenReader } from "./tokens.ts";
import { sameType, typeText, type DType, type TensorType } from "./type.ts";

export { ProgramTextError } from "./tokens.ts";

const entries: readonly string[] = ["init", "train", "evaluate", "predict"] satisfies EntryName[];
const resultKinds: readonly string[] = ["loss", "metric", "output", "update"] satisfies ResultKind[];
const dtypes: readonly string[] = ["f32", "i32", "u8", "bool"] satisfies DType[];

/** Throws ProgramTextError, with the line, on text that is not a program. */
export function parseProgram(text: string, build: Builder): Program {
  const reader = new TokenReader(text);
  const program = readProgram(reader, reader.word(), build);
  return reader.next.kind === "end" ? program : reader.fail("expected nothing more");
}

/** Throws ProgramTextError, with the line, on text that is not a unit. */
export function parseUnit(text: string, build: Builder): Unit {
  const reader = new TokenReader(text);
  if (reader.word() !== "unit") reader.fail("expected `unit` before");
  const unit = readUnit(reader, build);
  return reader.next.kind === "end" ? unit : reader.fail("expected nothing more");
}

function readUnit(reader: TokenReader, build: Builder): Unit {
  const name = reader.name();
  let sizes: Readonly<Record<string, number>> = {};
  let batch: string | undefined;
  let epochs = 0;
  let seed = 0;
  let data: DataRequest | undefined;
  const inputs: InputDeclaration[] = [];
  const storages: Storage[] = [];
  const programs: Program[] = [];
  reader.expect("{");
  while (!reader.skip("}")) {
    const word = reader.word();
    if (word === "sizes") sizes = readList(reader) as Readonly<Record<string, number>>;
    else if (word === "batch") batch = reader.name();
    else if (word === "epochs") epochs = readNumber(reader);
    else if (word === "seed") seed = readNumber(reader);
    else if (word === "data") data = { name: reader.name(), args: readList(reader) as DataRequest["args"] };
    else if (word === "input") inputs.push({ ...readDeclaration(reader), span: undefined });
    else if (word === "param" || word === "state" || word === "slot") storages.push(readStorage(reader, word));
    else programs.push(readProgram(reader, word, build));
  }
  return { name, sizes, batch, epochs, seed, data, inputs, storages, programs };
}

function readStorage(reader: TokenReader, role: StorageRole): Storage {
  return { ...readDeclaration(reader), role, span: undefined };
}

function readDeclaration(reader: TokenReader): { readonly name: string; readonly type: TensorType } {
  const name = reader.name();
  reader.expect(":");
  return { name, type: readType(reader) };
}

function readProgram(reader: TokenReader, name: string, build: Builder): Program {
  if (!entries.includes(name)) reader.fail(`${name} is not one of ${entries.join(", ")}; before`);
  const values = new Map<string, Value>();
  const results: Result[] = [];
  reader.expect("{");
  while (!reader.skip("}")) {
    if (reader.skip("%")) readValue(reader, values, build);
    else results.push(readResult(reader, values));
  }
  return { name: name as EntryName, results };
}

/** A quoted name and a bare one are told apart, as `%"0"` and `%0` are different values. */
function readValueName(reader: TokenReader): string {
  return reader.next.kind === "string" ? JSON.stringify(reader.take().text) : reader.word();
}

function readOperand(reader: TokenReader, values: ReadonlyMap<string, Value>): Value {
  reader.expect("%");
  const name = readValueName(reader);
  return values.get(name) ?? reader.fail(`%${name} is not defined; before`);
}

function readResult(reader: TokenReader, values: ReadonlyMap<string, Value>): Result {
  const kind = reader.word();
  if (!resultKinds.includes(kind)) reader.fail(`${kind} is not one of ${resultKinds.join(", ")}; before`);
  const name = reader.name();
  reader.expect("=");
  return { kind: kind as ResultKind, name, value: readOperand(reader, values) };
}

function readValue(reader: TokenReader, values: Map<string, Value>, build: Builder): void {
  const { line } = reader.next;
  const name = readValueName(reader);
  if (values.has(name)) reader.fail(`%${name} is defined twice; before`);
  reader.expect(":");
  const type = readType(reader);
  reader.expect("=");
  const op = build.op(reader.word());
  const operands = readOperands(reader, values);
  const written = reader.next.kind === "mark" && reader.next.text === "{" ? readList(reader) : {};
  const given: Attributes = { shape: type.shape, dtype: type.dtype, name: unquoted(name), ...written };
  const attributes = Object.fromEntries(
    Object.keys({ ...op.attributes, ...written }).flatMap((key) => {
      const attribute = given[key];
      return attribute === undefined ? [] : [[key, attribute]];
    }),
  );
  const value = build.make(op.name, operands, attributes);
  if (!sameType(value.type, type)) {
    throw new ProgramTextError(`line ${line}: %${name} is ${typeText(value.type)}, not ${typeText(type)}`);
  }
  values.set(name, value);
}

function unquoted(name: string): string {
  return name.startsWith('"') ? (JSON.parse(name) as string) : name;
}

function readOperands(reader: TokenReader, values: ReadonlyMap<string, Value>): Value[] {
  const operands: Value[] = [];
  reader.expect("(");
  while (!reader.skip(")")) {
    if (operands.length > 0) reader.expect(",");
    operands.push(readOperand(reader, values));
  }
  return operands;
}

function readType(reader: TokenReader): TensorType {
  const dtype = reader.word();
  if (!dtypes.includes(dtype)) reader.fail(`${dtype} is not a dtype; before`);
  const isList = reader.next.kind === "mark" && reader.next.text === "[";
  return { dtype: dtype as DType, shape: isList ? (readAttribute(reader) as readonly number[]) : [] };
}

function readList(reader: TokenReader): Attributes {
  const list: Record<string, Attribute> = {};
  reader.expect("{");
  while (!reader.skip("}")) {
    if (Object.keys(list).length > 0) reader.expect(",");
    const key = reader.name();
    reader.expect("=");
    list[key] = readAttribute(reader);
  }
  return list;
}

function readAttribute(reader: TokenReader): Attribute {
  if (reader.next.kind === "string") return reader.take().text;
  if (reader.skip("[")) {
    const items: Attribute[] = [];
    while (!reader.skip("]")) {
      if (items.length > 0) reader.expect(",");
      items.push(readAttribute(reader));
    }
    return items;
  }
  if (reader.next.text === "true" || reader.next.text === "false") return reader.take().text === "true";
  return readNumber(reader);
}

function readNumber(reader: TokenReader): number {
  const { text } = reader.next;
  const word = text === "nan" ? "NaN" : text.replace(/^(-?)inf$/, "$1Infinity");
  const value = Number(word);
  if (Number.isNaN(value) && text !== "nan") reader.fail("expected a number");
  reader.word();
  return value;
}
