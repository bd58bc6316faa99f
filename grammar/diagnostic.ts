/**
 * A mistake in a `.nn` program, as a value: collected and rendered, never thrown. The catalogue of codes
 * with their explanations is `messages.ts`; the picture with the source lines is drawn by `render.ts`.
 */
import type { Span } from "./source.ts";

export type Severity = "error" | "warning";

/** A secondary place with a short remark, e.g. where a size came from. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/** A replacement of `span` by `text` that would mend the mistake. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export interface Diagnostic {
  /** `area/name`, an entry of the catalogue in `messages.ts`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** The primary place. */
  readonly span: Span;
  /** What to write under the primary place: what was found beside what was needed. */
  readonly note?: string;
  readonly labels?: readonly Label[];
  /** Trail of instances, outermost first: `imagenet`, `resnet`, `stage 0`, … */
  readonly trail?: readonly string[];
  /** One proposal in words, and the same as an edit where it can be given as one. */
  readonly help?: string;
  readonly edit?: Edit;
}
