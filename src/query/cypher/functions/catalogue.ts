import type {Expression} from '../../expression.ts';
import type {Call} from '../ast.ts';
import {NULL, toAny} from '../lower/convert.ts';
import {call} from '../lower/function.ts';
import type {Site} from '../lower/site.ts';
import {problems} from '../problems.ts';
import {CONVERSION_FUNCTIONS} from './conversion.ts';
import type {FunctionEntry} from './entry.ts';
import {LIST_FUNCTIONS} from './list.ts';
import {MATH_FUNCTIONS} from './math.ts';
import {PATH_FUNCTIONS} from './path.ts';
import {SPECIAL_FUNCTIONS, type SpecialFunction} from './special.ts';
import {TEMPORAL_FUNCTIONS, TEMPORAL_SPECIALS} from './temporal.ts';
import {TEXT_FUNCTIONS} from './text.ts';

const ENTRIES: readonly FunctionEntry[] = [
  ...TEXT_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...PATH_FUNCTIONS,
  ...TEMPORAL_FUNCTIONS,
];
const SPECIALS: readonly SpecialFunction[] = [...SPECIAL_FUNCTIONS, ...TEMPORAL_SPECIALS];

/** By name in lower case: openCypher's functions have no letter case. */
const byName = <T extends {readonly name: string}>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.name.toLowerCase(), one]));

const ENTRY_BY_NAME = byName(ENTRIES);
const SPECIAL_BY_NAME = byName(SPECIALS);

/** The names of all functions, as they are best written. */
export const functionNames = (): readonly string[] =>
  [...ENTRIES, ...SPECIALS].map(({name}) => name);

/** A call of a function that there is; undefined where there is none of the name. */
export function lowerFunction(site: Site, expr: Call): Expression | undefined {
  const name = expr.name.toLowerCase();
  const found = SPECIAL_BY_NAME.get(name) ?? ENTRY_BY_NAME.get(name);
  if (!found) return undefined;
  const [min, max] = found.arity;
  if (expr.args.length < min || expr.args.length > max || expr.distinct) {
    const place = site.context.place(expr.span);
    const facts = {name: expr.name, usage: found.usage};
    site.context.report(problems['cypher-arguments'](facts, {place}));
    return NULL;
  }
  if ('lower' in found) return found.lower(site, expr);
  const args = expr.args.map((arg) => toAny(site.lower(arg)));
  return call(found, args, found.type);
}
