import {ANY} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import type {Expr, MapExpr, MapProjection} from '../ast.ts';
import {print} from '../print.ts';
import {CypherMap, CypherNode} from '../values/map.ts';
import {lowerVariable} from './access.ts';
import {literal, toAny} from './convert.ts';
import {call, lenient} from './function.ts';
import type {Site} from './site.ts';

/** A list of literals is a literal itself: nothing is made per row. */
export function lowerList(site: Site, items: readonly Expr[]): Expression {
  const values = items.map((item) => toAny(site.lower(item)));
  const known = values.map((value) => (value.kind === 'literal' ? value.value : undefined));
  if (!known.includes(undefined)) return literal(known as readonly Value[], ANY);
  return call(LIST, values, ANY);
}

const LIST = lenient('list', (...items) => items);

export function lowerMap(site: Site, {entries}: MapExpr): Expression {
  const keys = entries.map(({key}) => key);
  return mapCall(
    keys,
    entries.map(({value}) => toAny(site.lower(value))),
  );
}

function mapCall(keys: readonly string[], values: readonly Expression[]): Expression {
  const make = (...made: Value[]): Value =>
    new CypherMap(new Map(keys.map((key, i) => [key, made[i] ?? null])));
  const known = values.map((value) => (value.kind === 'literal' ? value.value : undefined));
  if (!known.includes(undefined)) return literal(make(...(known as Value[])), ANY);
  return call(lenient(`map(${keys.join()})`, make), values, ANY);
}

/** `n {.a, b: 1, .*}`: later items overwrite earlier ones; null where `n` is. */
export function lowerMapProjection(site: Site, expr: MapProjection): Expression {
  const {of, items} = expr;
  const subject = toAny(lowerVariable(site, {kind: 'variable', name: of.name, span: of.span}));
  const values = items.flatMap((item) => (item.kind === 'entry' ? [item.value] : []));
  const project = lenient(`projection(${print(expr)})`, (value, ...given) => {
    if (value === null) return null;
    const source = propertiesOf(value);
    const result = new Map<string, Value>();
    let next = 0;
    for (const item of items) {
      if (item.kind === 'all') for (const [key, property] of source) result.set(key, property);
      else if (item.kind === 'property')
        result.set(item.key.name, source.get(item.key.name) ?? null);
      else result.set(item.key, given[next++] ?? null);
    }
    return new CypherMap(result);
  });
  return call(project, [subject, ...values.map((value) => toAny(site.lower(value)))], ANY);
}

function propertiesOf(value: Value): ReadonlyMap<string, Value> {
  if (value instanceof CypherMap) return value.entries;
  return value instanceof CypherNode ? value.properties : new Map();
}
