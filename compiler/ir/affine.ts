/** Affine integer expressions `constant + Σ coefficient · key`, kept canonical: no zero coefficients, no key twice. */

export interface AffineTerm<Key> {
  readonly key: Key;
  readonly coefficient: number;
}

export interface Affine<Key> {
  readonly constant: number;
  readonly terms: readonly AffineTerm<Key>[];
}

export function affineConstant(constant: number): Affine<never> {
  return { constant, terms: [] };
}

export function affineOf<Key>(key: Key, coefficient = 1, constant = 0): Affine<Key> {
  return { constant, terms: coefficient === 0 ? [] : [{ key, coefficient }] };
}

export function affineAdd<Key>(left: Affine<Key>, right: Affine<Key>): Affine<Key> {
  const terms = [...left.terms];
  for (const term of right.terms) {
    const at = terms.findIndex((other) => other.key === term.key);
    if (at === -1) terms.push(term);
    else terms[at] = { key: term.key, coefficient: terms[at]!.coefficient + term.coefficient };
  }
  return { constant: left.constant + right.constant, terms: terms.filter((term) => term.coefficient !== 0) };
}

export function affineScale<Key>(value: Affine<Key>, factor: number, offset = 0): Affine<Key> {
  if (factor === 0) return affineConstant(offset);
  return {
    constant: value.constant * factor + offset,
    terms: value.terms.map(({ key, coefficient }) => ({ key, coefficient: coefficient * factor })),
  };
}

export function affineShift<Key>(value: Affine<Key>, offset: number): Affine<Key> {
  return offset === 0 ? value : { constant: value.constant + offset, terms: value.terms };
}

export function coefficientOf<Key>(value: Affine<Key>, key: Key): number {
  return value.terms.find((term) => term.key === key)?.coefficient ?? 0;
}

/** Every key replaced by an affine expression of other keys. */
export function affineSubstitute<From, To>(value: Affine<From>, image: (key: From) => Affine<To>): Affine<To> {
  let result: Affine<To> = affineConstant(value.constant);
  for (const { key, coefficient } of value.terms) result = affineAdd(result, affineScale(image(key), coefficient));
  return result;
}

export function affineText<Key>(value: Affine<Key>, name: (key: Key) => string): string {
  const parts = value.terms.map(({ key, coefficient }) =>
    coefficient === 1 ? name(key) : `${coefficient}*${name(key)}`,
  );
  if (value.constant !== 0 || parts.length === 0) parts.push(String(value.constant));
  return parts.join(" + ").replaceAll("+ -", "- ");
}
