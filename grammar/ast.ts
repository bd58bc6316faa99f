/**
 * The syntax tree of a `.nn` file: a discriminated union on `kind`, immutable, every part with its span.
 * It records what was written and knows nothing of tensors. Comments hang on the file, by position.
 */
import type { Source, Span } from "./source.ts";

export type DType = "f32" | "i32" | "u8" | "bool";

export interface Identifier {
  readonly kind: "identifier";
  readonly name: string;
  readonly span: Span;
}

export interface File {
  readonly kind: "file";
  readonly source: Source;
  readonly items: readonly Item[];
  readonly comments: readonly Comment[];
  readonly span: Span;
}

/** `text` includes the leading `#` and excludes the line break. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
}

export type Item = Import | Const | Definition | Train;

export interface Import {
  readonly kind: "import";
  readonly path: StringLiteral;
  readonly span: Span;
}

export interface Const {
  readonly kind: "const";
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

/** `block`, `model` or `entry`. One field list: a plain function; two or more: configuration, then tensors. */
export interface Definition {
  readonly kind: "definition";
  readonly keyword: "block" | "model" | "entry";
  readonly name: Identifier;
  readonly lists: readonly FieldList[];
  readonly result: Type | undefined;
  /** `= expr` or `{ … }`. */
  readonly body: Expression | Body;
  readonly span: Span;
}

export interface Train {
  readonly kind: "train";
  readonly name: Identifier;
  readonly args: readonly Argument[];
  readonly body: Body;
  readonly span: Span;
}

export interface FieldList {
  readonly kind: "fields";
  readonly fields: readonly Field[];
  readonly span: Span;
}

export interface Field {
  readonly name: Identifier;
  readonly type: Type | undefined;
  readonly default: Expression | undefined;
  readonly span: Span;
}

export type Type = TensorTypeSyntax | NamedType | FieldList;

/** `f32[N, 28, 28]`; `dims` is undefined for a bare `f32`, a scalar. */
export interface TensorTypeSyntax {
  readonly kind: "tensorType";
  readonly dtype: DType;
  readonly dims: readonly Dim[] | undefined;
  readonly span: Span;
}

/** `int`, `list`, `fn`, … : a compile-time kind; elaboration knows which exist. */
export interface NamedType {
  readonly kind: "namedType";
  readonly name: Identifier;
  readonly span: Span;
}

export type Dim = Ellipsis | Expression;

export interface Ellipsis {
  readonly kind: "ellipsis";
  readonly span: Span;
}

export interface Body {
  readonly kind: "body";
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export type Statement =
  Let | Rebind | Declare | Update | Input | Data | Minimize | Metric | Output | Assert | For | If | Return | Definition;

export interface Let {
  readonly kind: "let";
  readonly names: readonly Identifier[];
  readonly value: Expression;
  readonly span: Span;
}

export interface Rebind {
  readonly kind: "rebind";
  readonly names: readonly Identifier[];
  readonly value: Expression;
  readonly span: Span;
}

/** `param weight: f32[D, K] = init, decay = 0` or `state …`. */
export interface Declare {
  readonly kind: "param" | "state";
  readonly name: Identifier;
  readonly type: Type;
  readonly value: Expression;
  readonly options: readonly Option[];
  readonly span: Span;
}

/** `, name = expr` after a statement. */
export interface Option {
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

export interface Update {
  readonly kind: "update";
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

export interface Input {
  readonly kind: "input";
  readonly name: Identifier;
  readonly type: Type;
  readonly span: Span;
}

export interface Data {
  readonly kind: "data";
  readonly name: Identifier | StringLiteral;
  readonly args: readonly Argument[];
  readonly span: Span;
}

export interface Minimize {
  readonly kind: "minimize";
  readonly loss: Expression;
  readonly optimizer: Expression;
  readonly options: readonly Option[];
  readonly span: Span;
}

export interface Metric {
  readonly kind: "metric";
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

export interface Output {
  readonly kind: "output";
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

export interface Assert {
  readonly kind: "assert";
  readonly condition: Expression;
  readonly message: StringLiteral;
  readonly span: Span;
}

export interface For {
  readonly kind: "for";
  readonly names: readonly Identifier[];
  readonly iterable: Expression;
  readonly body: Body;
  readonly span: Span;
}

export interface If {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: Body;
  readonly otherwise: Body | If | undefined;
  readonly span: Span;
}

export interface Return {
  readonly kind: "return" | "yield";
  readonly values: readonly Expression[];
  readonly span: Span;
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | Identifier
  | DTypeName
  | Group
  | ListLiteral
  | Comprehension
  | Unary
  | Binary
  | Pipe
  | Call
  | Index
  | Member
  | Conditional
  | Scan;

/** `text` is what was written (`1e-3`); `integer` is true when it had neither point nor exponent. */
export interface NumberLiteral {
  readonly kind: "number";
  readonly text: string;
  readonly value: number;
  readonly integer: boolean;
  readonly span: Span;
}

/** `value` has escapes resolved; offsets into the string are offsets into `span` plus one where it has none. */
export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: "boolean";
  readonly value: boolean;
  readonly span: Span;
}

/** `f32` used as an expression: the cast function. */
export interface DTypeName {
  readonly kind: "dtype";
  readonly dtype: DType;
  readonly span: Span;
}

/** A parenthesised expression; kept so that the printer can tell a needed pair from a written one. */
export interface Group {
  readonly kind: "group";
  readonly inner: Expression;
  readonly span: Span;
}

export interface ListLiteral {
  readonly kind: "list";
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** `[expr for names in iterable]` */
export interface Comprehension {
  readonly kind: "comprehension";
  readonly item: Expression;
  readonly names: readonly Identifier[];
  readonly iterable: Expression;
  readonly span: Span;
}

export interface Unary {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expression;
  readonly span: Span;
}

export type BinaryOperator =
  "or" | "and" | "==" | "!=" | "<" | "<=" | ">" | ">=" | ".." | "+" | "-" | "++" | "*" | "/" | "%" | "@" | "^";

export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `left |> right`: apply the function `right` to `left`. */
export interface Pipe {
  readonly kind: "pipe";
  readonly left: Expression;
  readonly right: Expression;
  readonly operatorSpan: Span;
  readonly span: Span;
}

export interface Call {
  readonly kind: "call";
  readonly callee: Expression;
  readonly args: readonly Argument[];
  readonly argsSpan: Span;
  readonly span: Span;
}

export interface Argument {
  readonly name: Identifier | undefined;
  readonly value: Expression;
  readonly span: Span;
}

/** `x[0, 1..3, ...]` */
export interface Index {
  readonly kind: "index";
  readonly object: Expression;
  readonly indices: readonly IndexItem[];
  readonly span: Span;
}

/** One position of an index: an expression, an open or closed range (`a..b`, `a..`, `..b`, `..`), or `...`. */
export type IndexItem = Expression | Slice | Ellipsis;

/** A range with an open end; a closed one is a `Binary` with the operator `..`. */
export interface Slice {
  readonly kind: "slice";
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
  readonly span: Span;
}

export interface Member {
  readonly kind: "member";
  readonly object: Expression;
  readonly name: Identifier;
  readonly span: Span;
}

export interface Conditional {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
  readonly span: Span;
}

export interface Scan {
  readonly kind: "scan";
  readonly names: readonly Identifier[];
  readonly iterable: Expression;
  readonly axis: Identifier;
  readonly options: readonly Option[];
  readonly body: Body;
  readonly span: Span;
}
