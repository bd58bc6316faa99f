/**
 * Expressions of one lane made into four: lane l is the value at `variable + l`. Variables keep their names; those that
 * vary along the loop hold lanes afterwards, the others are the same in all lanes anyway.
 */
import { affineSubstitute, affineOf, coefficientOf } from "./affine.ts";
import type { Expression, LoopIndex, Variable } from "./loop.ts";

export interface Widening {
  readonly variable: Variable;
  /** Does this vector variable differ between the lanes? */
  varies(variable: Variable): boolean;
}

/** Does the value differ between the lanes? */
export function variesAlong(expression: Expression, widening: Widening): boolean {
  const varies = (index: LoopIndex): boolean => coefficientOf(index, widening.variable) !== 0;
  switch (expression.kind) {
    case "constant":
      return false;
    case "variable":
      return widening.varies(expression.variable);
    case "load":
      return (
        varies(expression.index) || (expression.dynamic !== undefined && variesAlong(expression.dynamic.row, widening))
      );
    case "index":
      return varies(expression.index);
    case "random":
      return varies(expression.element);
    default:
      return operandsOf(expression).some((operand) => variesAlong(operand, widening));
  }
}

export function widen(expression: Expression, widening: Widening): Expression {
  if (!variesAlong(expression, widening)) return expression;
  switch (expression.kind) {
    case "load": {
      const stride = coefficientOf(expression.index, widening.variable);
      const { dynamic } = expression;
      if (dynamic === undefined) return { ...expression, lanes: 4, stride };
      const uniform = !variesAlong(dynamic.row, widening);
      return { ...expression, lanes: 4, stride, dynamic: { ...dynamic, uniform, row: widen(dynamic.row, widening) } };
    }
    case "index":
      return { ...expression, step: coefficientOf(expression.index, widening.variable) };
    case "random":
      return { ...expression, step: coefficientOf(expression.element, widening.variable) };
    case "across":
    case "lane":
    case "shuffle":
      throw new Error(`loops: ${expression.kind} is already about lanes`);
    default:
      return mapOperands(expression, (operand) => widen(operand, widening));
  }
}

export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "constant":
    case "variable":
    case "index":
    case "random":
      return [];
    case "load":
      return expression.dynamic === undefined ? [] : [expression.dynamic.row];
    case "apply":
      return expression.arguments;
    case "multiplyAdd":
      return [expression.a, expression.b, expression.c];
    case "narrow":
    case "across":
    case "lane":
      return [expression.value];
    case "shuffle":
      return [expression.a, expression.b];
  }
}

/** The expression over mapped operands; the same object when none changes. */
export function mapOperands(expression: Expression, map: (operand: Expression) => Expression): Expression {
  const operands = operandsOf(expression);
  const mapped = operands.map(map);
  if (mapped.every((operand, at) => operand === operands[at])) return expression;
  const [first, second, third] = mapped as [Expression, Expression, Expression];
  switch (expression.kind) {
    case "constant":
    case "variable":
    case "index":
    case "random":
      return expression;
    case "load":
      return { ...expression, dynamic: { ...expression.dynamic!, row: first } };
    case "apply":
      return { ...expression, arguments: mapped };
    case "multiplyAdd":
      return { ...expression, a: first, b: second, c: third };
    case "narrow":
    case "across":
    case "lane":
      return { ...expression, value: first };
    case "shuffle":
      return { ...expression, a: first, b: second };
  }
}

/** The expression with an index variable replaced by an affine image in every index. */
export function substituteIndex(expression: Expression, from: Variable, image: LoopIndex): Expression {
  const replace = (index: LoopIndex): LoopIndex => substitute(index, from, image);
  const inner = mapOperands(expression, (operand) => substituteIndex(operand, from, image));
  switch (inner.kind) {
    case "load":
    case "index":
      return { ...inner, index: replace(inner.index) };
    case "random":
      return { ...inner, element: replace(inner.element) };
    default:
      return inner;
  }
}

export function substitute(index: LoopIndex, from: Variable, image: LoopIndex): LoopIndex {
  if (coefficientOf(index, from) === 0) return index;
  return affineSubstitute(index, (key) => (key === from ? image : affineOf(key)));
}
