import type {Decimal} from '../../../data/decimal.ts';
import type {Integer} from '../../../data/integer.ts';
import {ANY, BOOL, FLOAT8, INT8, isInteger, isNumber, NUMERIC, TEXT} from '../../../data/type.ts';
import {Problem} from '../../../lib/problem.ts';
import type {Expression} from '../../expression.ts';
import type {Binary, BinaryOperator, Expr, Sign} from '../ast.ts';
import {problems} from '../problems.ts';
import {
  type Arithmetic,
  decimalArithmetic,
  floatArithmetic,
  wholeArithmetic,
} from '../values/number.ts';
import {
  add,
  contained,
  divide,
  expressionOf,
  matches,
  modulo,
  multiply,
  negated,
  power,
  subtract,
} from '../values/operators.ts';
import {toNumeric, toPlainFloat} from './comparison.ts';
import {isExact, isText, literal, toAny} from './convert.ts';
import {call, lenient, strict} from './function.ts';
import type {Site} from './site.ts';

export function lowerBinary(site: Site, expr: Binary): Expression {
  const left = site.lower(expr.left);
  const right = site.lower(expr.right);
  refuseTypes(site, expr, left, right);
  const typed = typedOperation(expr.operator, left, right);
  if (typed) return typed;
  const matched = knownPattern(site, expr, left, right);
  if (matched) return matched;
  const args = [toAny(left), toAny(right)];
  return call(DYNAMIC[expr.operator], args, expr.operator in TRUTHS ? BOOL : ANY);
}

const textual =
  (test: (text: string, part: string) => boolean) =>
  (text: unknown, part: unknown): boolean | null =>
    typeof text === 'string' && typeof part === 'string' ? test(text, part) : null;

const DYNAMIC = {
  '+': strict('cypher +', add),
  '-': strict('cypher -', subtract),
  '*': strict('cypher *', multiply),
  '/': strict('cypher /', divide),
  '%': strict('cypher %', modulo),
  '^': strict('cypher ^', power),
  in: lenient('in', contained),
  'starts with': strict(
    'starts with',
    textual((text, part) => text.startsWith(part)),
  ),
  'ends with': strict(
    'ends with',
    textual((text, part) => text.endsWith(part)),
  ),
  contains: strict(
    'contains',
    textual((text, part) => text.includes(part)),
  ),
  '=~': strict('=~', matches),
} satisfies Record<BinaryOperator, unknown>;

const TRUTHS = {in: true, 'starts with': true, 'ends with': true, contains: true, '=~': true};

/** A regular expression that is written out is made once, and not for each row. */
function knownPattern(
  site: Site,
  {operator, right: written}: Binary,
  left: Expression,
  right: Expression,
): Expression | undefined {
  if (operator !== '=~' || right.kind !== 'literal' || typeof right.value !== 'string') {
    return undefined;
  }
  const expression = regularExpression(site, written, right.value);
  if (!expression) return literal(null, BOOL);
  const test = strict(`=~ ${expression}`, (text) =>
    typeof text === 'string' ? expression.test(text) : null,
  );
  return call(test, [toAny(left)], BOOL);
}

/** Undefined where it is none, which is reported. */
function regularExpression(site: Site, {span}: Expr, pattern: string): RegExp | undefined {
  try {
    return expressionOf(pattern);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const place = site.context.place(span);
    site.context.report(problems['cypher-value']({message: error.message}, {place}));
    return undefined;
  }
}

const isArithmetic = (operator: BinaryOperator): operator is Arithmetic =>
  operator === '+' || operator === '-' || operator === '*' || operator === '/' || operator === '%';

/** Numbers of known types, and texts put together; undefined for all else. */
function typedOperation(
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
): Expression | undefined {
  if (operator === '+' && isText(left.type) && isText(right.type)) {
    return call(CONCATENATE, [left, right], TEXT);
  }
  if (!isNumber(left.type) || !isNumber(right.type)) return undefined;
  if (operator === '^') {
    return call(POWER, [toPlainFloat(left), toPlainFloat(right)], FLOAT8);
  }
  return isArithmetic(operator) ? arithmetic(operator, left, right) : undefined;
}

const CONCATENATE = strict(
  'concatenate',
  (a, b) => `${a}${b}`,
  (a, b) => `(${a} || ${b})`,
);
const POWER = strict('power', (a, b) => (a as number) ** (b as number));

function arithmetic(operator: Arithmetic, left: Expression, right: Expression): Expression {
  const sql = (a?: string, b?: string): string => `(${a} ${operator} ${b})`;
  if (!isExact(left.type) || !isExact(right.type)) {
    const of = floatArithmetic(operator);
    const called = strict(`float ${operator}`, (a, b) => of(a as number, b as number), sql);
    return call(called, [toPlainFloat(left), toPlainFloat(right)], FLOAT8);
  }
  if (isInteger(left.type) && isInteger(right.type)) {
    const of = wholeArithmetic(operator);
    const called = strict(`int ${operator}`, (a, b) => of(a as Integer, b as Integer), sql);
    return call(called, [left, right], INT8);
  }
  const of = decimalArithmetic(operator);
  const called = strict(`numeric ${operator}`, (a, b) => of(a as Decimal, b as Decimal), sql);
  return call(called, [toNumeric(left), toNumeric(right)], NUMERIC);
}

/** Operands whose types are known and never work together. */
function refuseTypes(site: Site, expr: Binary, left: Expression, right: Expression): void {
  const {operator} = expr;
  const refuse = (message: string, hint?: string): void => {
    const place = site.context.place(expr.span);
    site.context.report(problems['cypher-type']({message, hint}, {place}));
  };
  if (operator === 'in') {
    const {kind} = right.type;
    if (isNumber(right.type) || isText(right.type) || kind === 'bool') {
      refuse(`IN takes a list, and not a value of type ${kind}`, 'write x IN [a, b]');
    }
    return;
  }
  if (operator === '+' || operator === '=~' || !isArithmetic(operator)) return;
  for (const {type} of [left, right]) {
    if (isText(type) || type.kind === 'bool') {
      refuse(`${operator} computes with numbers, and not with a value of type ${type.kind}`);
      return;
    }
  }
}

export function lowerSign(site: Site, expr: Sign): Expression {
  // The smallest integer is written as the negative of one that is none.
  if (expr.kind === 'minus' && expr.of.kind === 'integer') {
    return literal(typeof expr.of.value === 'number' ? 0 - expr.of.value : -expr.of.value, INT8);
  }
  const of = site.lower(expr.of);
  if (expr.kind === 'plus') return of;
  if (of.kind === 'literal' && of.type.kind === 'float8') {
    return literal(-(of.value as number), FLOAT8);
  }
  if (!isNumber(of.type)) return call(NEGATE, [toAny(of)], ANY);
  return arithmetic('-', literal(0, INT8), of);
}

const NEGATE = strict('negate', negated);
