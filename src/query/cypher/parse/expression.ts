import type {BinaryOperator, ComparisonOperator, Expr} from '../ast.ts';
import type {Cursor} from './cursor.ts';
import {ONE_EQUALS} from './hints.ts';
import {parsePostfix} from './postfix.ts';

/**
 * Expressions by precedence climbing, loosest first:
 * OR · XOR · AND · NOT · comparisons (chained) · STARTS WITH, ENDS WITH, CONTAINS, IN, =~,
 * IS NULL · + - · * / % · ^ · unary + - · what follows a value (`.key`, `[…]`, `:Label`).
 * All operators are left-associative, ^ too.
 */
export function parseExpression(cursor: Cursor, first?: Expr): Expr {
  return cursor.nested(() => climb(cursor, LEVELS.or, first));
}

/** How tightly the operators bind. */
const LEVELS = {
  or: 1,
  xor: 2,
  and: 3,
  not: 4,
  comparison: 5,
  predicate: 6,
  sum: 7,
  product: 8,
  power: 9,
} as const;

/** An operator that stands after an operand. */
type Infix =
  | {readonly kind: 'or' | 'xor' | 'and'; readonly level: number}
  | {readonly kind: 'comparison'; readonly level: number}
  | {readonly kind: 'isNull'; readonly level: number}
  | {readonly kind: 'binary'; readonly level: number; readonly operator: BinaryOperator};

/** An operand and every operator after it that binds as tightly as `level` or tighter. */
function climb(cursor: Cursor, level: number, first?: Expr): Expr {
  let left = first ?? parseOperand(cursor);
  for (;;) {
    const infix = infixAt(cursor);
    if (!infix || infix.level < level) return left;
    left = continued(cursor, left, infix);
  }
}

function parseOperand(cursor: Cursor): Expr {
  const {start} = cursor.peek();
  if (cursor.takeWords('NOT')) {
    const of = cursor.nested(() => climb(cursor, LEVELS.not));
    return {kind: 'not', of, span: cursor.spanFrom(start)};
  }
  const minus = cursor.takeSymbol('-');
  if (!minus && !cursor.takeSymbol('+')) return parsePostfix(cursor, parseExpression);
  const of = cursor.nested(() => parseOperand(cursor));
  return {kind: minus ? 'minus' : 'plus', of, span: cursor.spanFrom(start)};
}

const WORDS: Readonly<Record<string, Infix>> = {
  OR: {kind: 'or', level: LEVELS.or},
  XOR: {kind: 'xor', level: LEVELS.xor},
  AND: {kind: 'and', level: LEVELS.and},
  IS: {kind: 'isNull', level: LEVELS.predicate},
  IN: {kind: 'binary', level: LEVELS.predicate, operator: 'in'},
  STARTS: {kind: 'binary', level: LEVELS.predicate, operator: 'starts with'},
  ENDS: {kind: 'binary', level: LEVELS.predicate, operator: 'ends with'},
  CONTAINS: {kind: 'binary', level: LEVELS.predicate, operator: 'contains'},
};

const COMPARISON: Infix = {kind: 'comparison', level: LEVELS.comparison};

const SYMBOLS: Readonly<Record<string, Infix>> = {
  '=': COMPARISON,
  '<>': COMPARISON,
  '!=': COMPARISON,
  '<': COMPARISON,
  '<=': COMPARISON,
  '>': COMPARISON,
  '>=': COMPARISON,
  '=~': {kind: 'binary', level: LEVELS.predicate, operator: '=~'},
  '+': {kind: 'binary', level: LEVELS.sum, operator: '+'},
  '-': {kind: 'binary', level: LEVELS.sum, operator: '-'},
  '*': {kind: 'binary', level: LEVELS.product, operator: '*'},
  '/': {kind: 'binary', level: LEVELS.product, operator: '/'},
  '%': {kind: 'binary', level: LEVELS.product, operator: '%'},
  '^': {kind: 'binary', level: LEVELS.power, operator: '^'},
};

function infixAt(cursor: Cursor): Infix | undefined {
  const token = cursor.peek();
  if (token.kind === 'symbol') return SYMBOLS[token.text];
  return token.kind === 'word' ? WORDS[token.text.toUpperCase()] : undefined;
}

function continued(cursor: Cursor, left: Expr, infix: Infix): Expr {
  const {start} = left.span;
  switch (infix.kind) {
    case 'or':
    case 'xor':
    case 'and':
      return parseLogical(cursor, left, infix);
    case 'comparison':
      return parseComparison(cursor, left);
    case 'isNull': {
      const negated = takeNullness(cursor);
      return {kind: 'isNull', of: left, negated, span: cursor.spanFrom(start)};
    }
    case 'binary': {
      cursor.next();
      const {operator, level} = infix;
      if (operator === 'starts with' || operator === 'ends with') cursor.expectWord('WITH');
      const right = climb(cursor, level + 1);
      return {kind: 'binary', operator, left, right, span: cursor.spanFrom(start)};
    }
  }
}

/** `a AND b AND c` is one node, so that a thousand alternatives are no deeper than two. */
function parseLogical(
  cursor: Cursor,
  left: Expr,
  {kind, level}: Extract<Infix, {kind: 'or' | 'xor' | 'and'}>,
): Expr {
  const args = [left];
  while (cursor.takeWords(kind.toUpperCase())) args.push(climb(cursor, level + 1));
  return {kind, args, span: cursor.spanFrom(left.span.start)};
}

function parseComparison(cursor: Cursor, left: Expr): Expr {
  const operators: ComparisonOperator[] = [];
  const operands = [left];
  for (;;) {
    const operator = takeComparison(cursor);
    if (!operator) break;
    operators.push(operator);
    operands.push(climb(cursor, LEVELS.predicate));
  }
  return {kind: 'comparison', operators, operands, span: cursor.spanFrom(left.span.start)};
}

function takeComparison(cursor: Cursor): ComparisonOperator | undefined {
  const token = cursor.peek();
  if (token.kind !== 'symbol' || SYMBOLS[token.text] !== COMPARISON) return undefined;
  cursor.next();
  if (cursor.isSymbol('=')) throw cursor.unexpected('a value', ONE_EQUALS);
  // `!=` is not openCypher's, but there is no doubt what it means.
  return token.text === '!=' ? '<>' : (token.text as ComparisonOperator);
}

/** After IS: whether it is IS NOT NULL. */
function takeNullness(cursor: Cursor): boolean {
  if (cursor.takeWords('IS', 'NOT', 'NULL')) return true;
  if (cursor.takeWords('IS', 'NULL')) return false;
  cursor.next();
  throw cursor.unexpected('NULL or NOT NULL');
}
