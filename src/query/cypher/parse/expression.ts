import type {BinaryOperator, Comparison, ComparisonOperator, Expr} from '../ast.ts';
import type {Cursor} from './cursor.ts';
import {parsePostfix} from './postfix.ts';

/**
 * Expressions by precedence climbing, loosest first:
 * OR · XOR · AND · NOT · comparisons (chained) · STARTS WITH, ENDS WITH, CONTAINS, IN, =~,
 * IS NULL · + - · * / % · ^ · unary + - · what follows a value (`.key`, `[…]`, `:Label`).
 * All operators are left-associative, ^ too.
 */
export function parseExpression(cursor: Cursor): Expr {
  return cursor.nested(() => parseLogical(cursor, 0));
}

const LOGICAL = ['or', 'xor', 'and'] as const;

function parseLogical(cursor: Cursor, level: number): Expr {
  const kind = LOGICAL[level];
  if (kind === undefined) return parseNot(cursor);
  const first = parseLogical(cursor, level + 1);
  if (!cursor.isWord(kind.toUpperCase())) return first;
  const args = [first];
  while (cursor.takeWords(kind.toUpperCase())) args.push(parseLogical(cursor, level + 1));
  return {kind, args, span: cursor.spanFrom(first.span.start)};
}

function parseNot(cursor: Cursor): Expr {
  const {start} = cursor.peek();
  if (!cursor.takeWords('NOT')) return parseComparison(cursor);
  const of = cursor.nested(() => parseNot(cursor));
  return {kind: 'not', of, span: cursor.spanFrom(start)};
}

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];

function parseComparison(cursor: Cursor): Expr {
  const first = parsePredicate(cursor);
  const operators: ComparisonOperator[] = [];
  const operands = [first];
  for (;;) {
    const operator = takeComparison(cursor);
    if (!operator) break;
    operators.push(operator);
    operands.push(cursor.isWord('NOT') ? parseNot(cursor) : parsePredicate(cursor));
  }
  if (operators.length === 0) return first;
  const span = cursor.spanFrom(first.span.start);
  return {kind: 'comparison', operators, operands, span} satisfies Comparison;
}

function takeComparison(cursor: Cursor): ComparisonOperator | undefined {
  const token = cursor.peek();
  if (token.kind !== 'symbol') return undefined;
  // `!=` and `==` are not openCypher's, but there is no doubt what they mean.
  if (cursor.takeSymbol('!=')) return '<>';
  if (!COMPARISONS.includes(token.text)) return undefined;
  cursor.next();
  if (token.text === '=' && cursor.isSymbol('=')) throw cursor.unexpected('a value', 'write =');
  return token.text as ComparisonOperator;
}

function parsePredicate(cursor: Cursor): Expr {
  let left = parseBinary(cursor, 0);
  for (;;) {
    const nullness = takeNullness(cursor);
    const operator = nullness === undefined ? takePredicate(cursor) : undefined;
    if (nullness === undefined && operator === undefined) return left;
    cursor.deepen();
    const {start} = left.span;
    if (nullness !== undefined) {
      left = {kind: 'isNull', of: left, negated: nullness, span: cursor.spanFrom(start)};
    } else if (operator !== undefined) {
      const right = parseBinary(cursor, 0);
      left = {kind: 'binary', operator, left, right, span: cursor.spanFrom(start)};
    }
  }
}

/** IS NULL is false, IS NOT NULL true, and neither undefined. */
function takeNullness(cursor: Cursor): boolean | undefined {
  if (!cursor.isWord('IS')) return undefined;
  if (cursor.takeWords('IS', 'NOT', 'NULL')) return true;
  if (cursor.takeWords('IS', 'NULL')) return false;
  cursor.next();
  throw cursor.unexpected('NULL or NOT NULL');
}

function takePredicate(cursor: Cursor): BinaryOperator | undefined {
  if (cursor.takeSymbol('=~')) return '=~';
  if (cursor.takeWords('IN')) return 'in';
  if (cursor.takeWords('CONTAINS')) return 'contains';
  if (cursor.takeWords('STARTS')) {
    cursor.expectWord('WITH');
    return 'starts with';
  }
  if (!cursor.takeWords('ENDS')) return undefined;
  cursor.expectWord('WITH');
  return 'ends with';
}

const ARITHMETIC: readonly (readonly BinaryOperator[])[] = [['+', '-'], ['*', '/', '%'], ['^']];

function parseBinary(cursor: Cursor, level: number): Expr {
  const operators = ARITHMETIC[level];
  if (!operators) return parseUnary(cursor);
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((symbol) => cursor.takeSymbol(symbol));
    if (!operator) return left;
    cursor.deepen();
    const right = parseBinary(cursor, level + 1);
    left = {kind: 'binary', operator, left, right, span: cursor.spanFrom(left.span.start)};
  }
}

function parseUnary(cursor: Cursor): Expr {
  const {start} = cursor.peek();
  const minus = cursor.takeSymbol('-');
  if (!minus && !cursor.takeSymbol('+')) return parsePostfix(cursor, parseExpression);
  const of = cursor.nested(() => parseUnary(cursor));
  return {kind: minus ? 'minus' : 'plus', of, span: cursor.spanFrom(start)};
}
