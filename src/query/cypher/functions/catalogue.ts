import {ANY} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Call} from '../ast.ts';
import {NULL, toAny} from '../lower/convert.ts';
import {call} from '../lower/function.ts';
import type {Site} from '../lower/site.ts';
import {problems} from '../problems.ts';
import type {FunctionEntry} from './entry.ts';

const ENTRIES: readonly FunctionEntry[] = [];

const BY_NAME: ReadonlyMap<string, FunctionEntry> = new Map(
  ENTRIES.map((entry) => [entry.name.toLowerCase(), entry]),
);

/** The names of all functions, as they are best written. */
export const functionNames = (): readonly string[] => ENTRIES.map(({name}) => name);

/** A call of a function that there is; undefined where there is none of the name. */
export function lowerFunction(site: Site, expr: Call): Expression | undefined {
  const found = BY_NAME.get(expr.name.toLowerCase());
  if (!found) return undefined;
  const [min, max] = found.arity;
  const args = expr.args.map((arg) => toAny(site.lower(arg)));
  if (args.length < min || args.length > max || expr.distinct) {
    const place = site.context.place(expr.span);
    const facts = {name: expr.name, usage: found.usage};
    site.context.report(problems['cypher-arguments'](facts, {place}));
    return NULL;
  }
  const {name, strict, compute} = found;
  return call({name, strict, compute}, args, found.type ?? ANY);
}
