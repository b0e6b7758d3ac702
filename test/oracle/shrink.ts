import type {OracleCase} from './case.ts';
import {type QuerySpec, rendered} from './queries.ts';

/** How often a smaller case is tried before the smallest found so far is told. */
const TRIES_MAX = 80;

export interface Shrinkable {
  readonly spec: QuerySpec;
  readonly case: OracleCase;
}

/** A smaller case that fails as well: without clauses, without transactions. */
export async function shrunk(
  whole: Shrinkable,
  fails: (one: OracleCase) => Promise<boolean>,
): Promise<OracleCase> {
  let best = whole;
  let tries = 0;
  for (let found = true; found && tries < TRIES_MAX; ) {
    found = false;
    for (const next of smaller(best)) {
      tries += 1;
      if (tries > TRIES_MAX) break;
      if (!(await fails(next.case))) continue;
      best = next;
      found = true;
      break;
    }
  }
  return best.case;
}

function smaller({spec, case: whole}: Shrinkable): readonly Shrinkable[] {
  const queries = smallerSpecs(spec).map((next) => ({
    spec: next,
    case: {...whole, query: rendered(next), ordered: next.ordered, loose: next.loose},
  }));
  const half = Math.ceil(whole.commits.length / 2);
  const histories = [whole.commits.slice(0, half), ...without(whole.commits)]
    .filter((commits) => commits.length < whole.commits.length)
    .map((commits) => ({spec, case: {...whole, commits}}));
  return [...queries, ...histories];
}

const without = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.map((_, i) => items.filter((__, j) => i !== j));

function smallerSpecs(spec: QuerySpec): readonly QuerySpec[] {
  const shorter = (key: 'where' | 'having' | 'orderBy' | 'groupBy'): readonly QuerySpec[] =>
    without(spec[key]).map((parts) => ({...spec, [key]: parts}));
  return [
    ...(spec.limit === '' ? [] : [{...spec, limit: ''}]),
    ...(spec.orderBy.length > 0 ? [{...spec, orderBy: [], limit: '', ordered: false}] : []),
    ...(spec.items.length > 1 ? without(spec.items).map((items) => ({...spec, items})) : []),
    ...shorter('where'),
    ...shorter('having'),
    ...(spec.distinct === '' ? [] : [{...spec, distinct: ''}]),
  ];
}
