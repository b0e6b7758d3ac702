import {type Type, UNKNOWN} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {type FuncCall, locationOf} from './ast.ts';
import {type Coercion, constant, explicitly} from './coerce.ts';

/**
 * Functions of which one argument says what they do (a zone, a field, a format, a pattern), and
 * its place. In all but odd queries it is a constant.
 */
const TOLD_BY: ReadonlyMap<string, number> = new Map([
  ['timezone', 0],
  ['date_trunc', 0],
  ['date_part', 0],
  ['extract', 0],
  ['format', 0],
  ['to_char', 1],
  ['regexp_replace', 1],
  ['regexp_match', 1],
  ['regexp_like', 1],
  ['regexp_count', 1],
  ['regexp_substr', 1],
  ['regexp_split_to_array', 1],
]);

/** A value of each type that such functions are over, as Postgres writes it. */
const VALUES: Readonly<Partial<Record<Type['kind'], string>>> = {
  text: '',
  int2: '0',
  int4: '0',
  int8: '0',
  numeric: '0',
  float8: '0',
  date: '2000-01-01',
  time: '00:00:00',
  timestamp: '2000-01-01 00:00:00',
  timestamptz: '2000-01-01 00:00:00+00',
  interval: '0',
};

/**
 * A call whose format, field, zone or pattern can never be right throws at once, and not when
 * the first row comes, which may be months later. Others are answered as they are.
 */
export function probed(
  call: Expression,
  name: string,
  {node, context}: Pick<Coercion, 'context'> & {readonly node: FuncCall},
): Expression {
  const place = TOLD_BY.get(name);
  if (place === undefined || call.kind !== 'call') return call;
  const told = call.args[place];
  if (told?.kind !== 'literal' || told.value === null) return call;
  const at = {context, location: locationOf(node.args?.[place])};
  const args = call.args.map((arg) => (arg.kind === 'literal' ? arg : sample(arg.type, at)));
  if (!args.includes(undefined)) constant({...call, args: args as Expression[]}, at);
  return call;
}

function sample(type: Type, at: Coercion): Expression | undefined {
  const value = VALUES[type.kind];
  if (value === undefined) return undefined;
  return explicitly({kind: 'literal', value, type: UNKNOWN}, type, at);
}
