/**
 * The text of a program and of a unit: one line per value, operands before users, names from the structure alone,
 * so that equal graphs give equal text. `parse.ts` reads it back; the comment after `#` tells where a value is from.
 */
import { positionAt, type Span } from "../../grammar/source.ts";
import type { Attribute, Attributes, Origin, Program, Storage, Unit, Value } from "./program.ts";
import { sameShape, typeText } from "./type.ts";
import { rootsOf, topological } from "./walk.ts";

export function printProgram(program: Program): string {
  return `${programLines(program).join("\n")}\n`;
}

export function printUnit(unit: Unit): string {
  const lines = [
    `unit ${nameText(unit.name)} {`,
    ...indent(headerLines(unit)),
    ...unit.programs.flatMap((program) => indent(programLines(program))),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function headerLines(unit: Unit): string[] {
  const { sizes, batch, data } = unit;
  return [
    ...(Object.keys(sizes).length === 0 ? [] : [`sizes ${listText(Object.entries(sizes))}`]),
    ...(batch === undefined ? [] : [`batch ${nameText(batch)}`]),
    `epochs ${numberText(unit.epochs)}`,
    `seed ${numberText(unit.seed)}`,
    ...(data === undefined ? [] : [`data ${nameText(data.name)} ${listText(Object.entries(data.args))}`]),
    ...unit.inputs.map((input) => `input ${nameText(input.name)}: ${typeText(input.type)}`),
    ...unit.storages.map(storageLine),
  ];
}

function storageLine({ role, name, type }: Storage): string {
  return `${role} ${nameText(name)}: ${typeText(type)}`;
}

function programLines(program: Program): string[] {
  const names = valueNames(rootsOf(program));
  const place = placeTexts();
  const values = [...names.keys()].map((value) => {
    const origin = originText(value.origin, place);
    return origin === undefined ? valueText(value, names) : `${valueText(value, names)}  # ${origin}`;
  });
  const results = program.results.map(({ kind, name, value }) => `${kind} ${nameText(name)} = %${names.get(value)!}`);
  return [`${program.name} {`, ...indent([...values, ...results]), "}"];
}

/** `%3: f32[64, 100] = add(%1, %2)`, attributes behind in braces, without what the type or the name repeats. */
export function valueText(value: Value, names: ReadonlyMap<Value, string>): string {
  const name = names.get(value)!;
  const operands = value.operands.map((operand) => `%${names.get(operand)!}`).join(", ");
  const attributes = Object.entries(attributesBeyondType(value)).filter(
    ([key, attribute]) => !(key === "name" && nameText(attribute as string) === name),
  );
  const tail = attributes.length === 0 ? "" : ` ${listText(attributes)}`;
  return `%${name}: ${typeText(value.type)} = ${value.op.name}(${operands})${tail}`;
}

/** The attributes in the order of the op's schema, without a `shape` or a `dtype` that the result's type repeats. */
export function attributesBeyondType(value: Value): Attributes {
  const { attributes, op, type } = value;
  const entries = Object.keys(op.attributes).flatMap((key): [string, Attribute][] => {
    const attribute = attributes[key];
    if (attribute === undefined) return [];
    if (key === "shape" && sameShape(attribute as readonly number[], type.shape)) return [];
    return key === "dtype" && attribute === type.dtype ? [] : [[key, attribute]];
  });
  return Object.fromEntries(entries);
}

/**
 * Names of everything reachable, in topological order: inputs and storages keep theirs (where two would clash, the
 * first one does), the others count from 0.
 */
export function valueNames(roots: readonly Value[]): ReadonlyMap<Value, string> {
  const names = new Map<Value, string>();
  const taken = new Set<string>();
  let next = 0;
  for (const value of topological(roots)) {
    const own = value.attributes["name"];
    const text = typeof own === "string" ? nameText(own) : undefined;
    const name = text === undefined || taken.has(text) ? String(next++) : text;
    taken.add(name);
    names.set(value, name);
  }
  return names;
}

/** The name bare where it reads back as one word that is not a number, else quoted. */
export function nameText(name: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(name) ? name : JSON.stringify(name);
}

function listText(entries: readonly (readonly [string, Attribute])[]): string {
  return `{${entries.map(([key, attribute]) => `${nameText(key)}=${attributeText(attribute)}`).join(", ")}}`;
}

export function attributeText(attribute: Attribute): string {
  switch (typeof attribute) {
    case "number":
      return numberText(attribute);
    case "string":
      return JSON.stringify(attribute);
    case "boolean":
      return String(attribute);
    default:
      return `[${attribute.map(attributeText).join(", ")}]`;
  }
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (Object.is(value, -0)) return "-0";
  return String(value).replace("Infinity", "inf");
}

/**
 * `mlp.nn:12:9`, with ` by differentiate` behind it when a pass derived the value; undefined when nothing is known.
 * `place` writes a span: `placeTexts()` where many are written.
 */
export function originText(origin: Origin, place: (span: Span) => string = placeText): string | undefined {
  const pass = origin.kind === "derived" ? origin.pass : undefined;
  let source = origin;
  while (source.kind === "derived") source = source.from.origin;
  if (source.kind === "none") return pass === undefined ? undefined : `by ${pass}`;
  const text = place(source.span);
  return pass === undefined ? text : `${text} by ${pass}`;
}

function placeText(span: Span): string {
  const { line, column } = positionAt(span.source, span.start);
  return `${span.source.name}:${line}:${column}`;
}

/** `placeText` that counts the lines before a place only once: many values share one. */
function placeTexts(): (span: Span) => string {
  const known = new Map<Span["source"], Map<number, string>>();
  return (span) => {
    const places = known.get(span.source) ?? new Map<number, string>();
    known.set(span.source, places);
    const text = places.get(span.start) ?? placeText(span);
    places.set(span.start, text);
    return text;
  };
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
