import {identical} from '../../data/compare.ts';
import type {Expression} from '../expression.ts';
import {partsOf} from '../optimise-expression.ts';
import {sameType} from './types.ts';

/** Whether two expressions are written alike, and so have the same value for every row. */
export function sameExpression(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || !sameType(a.type, b.type)) return false;
  if (a.kind === 'column' && b.kind === 'column') return a.index === b.index;
  if (a.kind === 'literal' && b.kind === 'literal') return identical(a.value, b.value);
  if (a.kind === 'call' && b.kind === 'call' && a.function.name !== b.function.name) return false;
  const [left, right] = [partsOf(a), partsOf(b)];
  if (left.length !== right.length) return false;
  return left.every((part, i) => sameExpression(part, right[i] as Expression));
}
