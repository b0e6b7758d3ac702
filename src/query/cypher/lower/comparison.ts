import {compareText, trimmed} from '../../../data/compare-text.ts';
import {compareDecimals, Decimal, digitsAt} from '../../../data/decimal.ts';
import {BOOL, isNumber, TEXT, type Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression, ScalarFunction} from '../../expression.ts';
import type {ComparisonOperator} from '../ast.ts';
import {equal} from '../values/equality.ts';
import {asDecimal, asFloat, type CypherNumber, decimalFloat} from '../values/number.ts';
import {compareBy, holds, type Inequality} from '../values/order.ts';
import {constantTime} from './constant.ts';
import {isExact, isFloat, isText, literal, toAny} from './convert.ts';
import {call, lenient, retyped, strict} from './function.ts';

/**
 * One comparison. Where both types are known and compare, it is a function of their forms
 * that boxes nothing; else openCypher's comparison of any two values.
 */
export function compare(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
): Expression {
  const typed =
    typedComparison(operator, left, right) ??
    typedTime(operator, left, constantTime(right, left.type)) ??
    typedTime(operator, constantTime(left, right.type), right);
  if (typed) return typed;
  return call(dynamic(operator), [toAny(left), toAny(right)], BOOL);
}

function dynamic(operator: ComparisonOperator): ScalarFunction {
  if (operator === '=') return lenient('cypher =', equal);
  if (operator === '<>') {
    return lenient('cypher <>', (a, b) => {
      const same = equal(a, b);
      return same === null ? null : !same;
    });
  }
  return lenient(`cypher ${operator}`, (a, b) => compareBy(operator, a, b));
}

const typedTime = (
  operator: ComparisonOperator,
  left: Expression | undefined,
  right: Expression | undefined,
): Expression | undefined => (left && right ? typedComparison(operator, left, right) : undefined);

function typedComparison(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
): Expression | undefined {
  const [a, b] = [left.type, right.type];
  if (isNumber(a) && isNumber(b)) return numberComparison(operator, left, right);
  if (isText(a) && isText(b)) {
    // Labels of an enum have an order of their own, which openCypher's texts do not.
    return call(byOrder('text', operator, textOrder), textSides(left, right), BOOL);
  }
  if (a.kind !== b.kind || !SAME_FORM.has(a.kind)) return undefined;
  return call(primitive(a.kind, operator), [left, right], BOOL);
}

/** Kinds whose forms in memory JavaScript compares as the values compare. */
const SAME_FORM = new Set(['bool', 'date', 'timestamp', 'timestamptz', 'time']);

function numberComparison(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
): Expression {
  const [a, b] = [left.type, right.type];
  if (!isExact(a) || !isExact(b)) {
    return call(primitive('float', operator), [toFloat(left), toFloat(right)], BOOL);
  }
  if (a.kind !== 'numeric' && b.kind !== 'numeric') {
    return call(primitive('int', operator), [left, right], BOOL);
  }
  const order: Order = (x, y) => compareDecimals(x as Decimal, y as Decimal);
  const args = [toNumeric(left, b), toNumeric(right, a)];
  return call(byOrder('numeric', operator, order), args, BOOL);
}

type Order = (a: Value, b: Value) => number;

/** A literal takes the type beside it, so that the two can be looked up by one key. */
function textSides(left: Expression, right: Expression): readonly Expression[] {
  const [a, b] = [unpadded(left), unpadded(right)];
  if (a.kind === 'literal') return [retyped(a, b.type), b];
  return b.kind === 'literal' ? [a, retyped(b, a.type)] : [a, b];
}

/** Spaces at the end of a bpchar mean nothing. */
function unpadded(text: Expression): Expression {
  return text.type.kind === 'bpchar' ? call(UNPADDED, [text], TEXT) : text;
}

const UNPADDED = strict(
  'unpadded',
  (text) => trimmed(text as string),
  (text) => `rtrim(${text})`,
);

const textOrder: Order = (a, b) => compareText(a as string, b as string);

const sqlOf =
  (operator: string) =>
  (...[a, b]: string[]): string =>
    `(${a} ${operator} ${b})`;

function byOrder(name: string, operator: ComparisonOperator, order: Order): ScalarFunction {
  const named = `${name} ${operator}`;
  const sql = sqlOf(operator);
  if (operator === '=') return strict(named, (a, b) => order(a, b) === 0, sql);
  if (operator === '<>') return strict(named, (a, b) => order(a, b) !== 0, sql);
  const inequality: Inequality = operator;
  return strict(named, (a, b) => holds(inequality, order(a, b)), sql);
}

/** An integer beyond 2^53 is a bigint, and may yet be the same value as a float. */
function same(a: Value, b: Value): boolean {
  if (typeof a === typeof b) return a === b;
  return (a as number) <= (b as number) && (a as number) >= (b as number);
}

/** Values that JavaScript's own operators compare: numbers, bigints, booleans. */
function primitive(name: string, operator: ComparisonOperator): ScalarFunction {
  const named = `${name} ${operator}`;
  const sql = sqlOf(operator);
  switch (operator) {
    case '=':
      return strict(named, same, sql);
    case '<>':
      return strict(named, (a, b) => !same(a, b), sql);
    case '<':
      return strict(named, (a, b) => (a as number) < (b as number), sql);
    case '<=':
      return strict(named, (a, b) => (a as number) <= (b as number), sql);
    case '>':
      return strict(named, (a, b) => (a as number) > (b as number), sql);
    case '>=':
      return strict(named, (a, b) => (a as number) >= (b as number), sql);
  }
}

/** A number as one that compares with floats: integers stay exact. */
export function toFloat(expression: Expression): Expression {
  if (expression.type.kind !== 'numeric') return expression;
  if (expression.kind === 'literal' && expression.value !== null) {
    return literal(decimalFloat(expression.value as Decimal), FLOAT);
  }
  const cast = strict(
    'float8',
    (value) => decimalFloat(value as Decimal),
    (x) => `${x}::float8`,
  );
  return call(cast, [expression], FLOAT);
}

const FLOAT: Type = {kind: 'float8'};
const NUMERIC: Type = {kind: 'numeric'};

/**
 * A number as a numeric. A literal gets the scale that the numbers beside it have, so
 * that comparing them needs no scaling.
 */
export function toNumeric(expression: Expression, beside?: Type): Expression {
  if (expression.kind === 'literal' && expression.value !== null) {
    const decimal = asDecimal(expression.value as number | Decimal);
    const scale = beside?.scale ?? 0;
    return literal(decimal.scale < scale ? scaledTo(decimal, scale) : decimal, NUMERIC);
  }
  if (expression.type.kind === 'numeric') return expression;
  const cast = strict(
    'numeric',
    (value) => asDecimal(value as number),
    (x) => `${x}::numeric`,
  );
  return call(cast, [expression], NUMERIC);
}

const scaledTo = (decimal: Decimal, scale: number): Decimal =>
  decimal.finite ? new Decimal(digitsAt(decimal, scale), scale) : decimal;

/** A number of any type as a plain float8. */
export function toPlainFloat(expression: Expression): Expression {
  if (isFloat(expression.type)) return expression;
  const cast = strict(
    'float8',
    (value) => asFloat(value as CypherNumber),
    (x) => `${x}::float8`,
  );
  return call(cast, [expression], FLOAT);
}
