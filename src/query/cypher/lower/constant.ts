import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {Problem} from '../../../lib/problem.ts';
import {compile} from '../../evaluate.ts';
import type {Expression} from '../../expression.ts';
import {Moment} from '../temporal/moment.ts';
import {literal} from './convert.ts';

/** The value of an expression that no row decides; undefined of others, and of null. */
export function constantOf(expression: Expression): Exclude<Value, null> | undefined {
  if (!isConstant(expression)) return undefined;
  try {
    return compile(expression)([]) ?? undefined;
  } catch (error) {
    // It fails when a row comes; without one, not at all.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function isConstant(expression: Expression): boolean {
  if (expression.kind === 'literal') return true;
  return expression.kind === 'call' && expression.args.every(isConstant);
}

const KINDS: Readonly<Record<string, string>> = {
  date: 'date',
  time: 'localtime',
  timestamp: 'localdatetime',
  timestamptz: 'datetime',
};

const MICROS_PER_DAY = 86_400_000_000;

/**
 * A temporal constant in the form that values of a column have, so that comparing them
 * boxes nothing; undefined where it is of another type, or finer than microseconds.
 */
export function constantTime(expression: Expression, type: Type): Expression | undefined {
  const kind = KINDS[type.kind];
  if (kind === undefined || expression.type.kind !== 'any') return undefined;
  const value = constantOf(expression);
  if (!(value instanceof Moment) || value.kind !== kind) return undefined;
  const {days, nanos} = value.utc();
  if (kind === 'date') return literal(days, type);
  const micros = days * MICROS_PER_DAY + nanos / 1000;
  return nanos % 1000 === 0 && Number.isSafeInteger(micros) ? literal(micros, type) : undefined;
}
