import {assert} from '../../lib/assert.ts';
import {byPlace, type Problem, Problems} from '../../lib/problem.ts';
import type {Catalog} from '../catalog.ts';
import type {Plan} from '../plan.ts';
import type {Clause, SingleQuery} from './ast.ts';
import {asksChangeTime, withChangeScans, withChangeTimes} from './lower/change-time.ts';
import {type Context, newContext, type Parameters} from './lower/context.ts';
import {lowerFilter, lowerMatch} from './lower/match.ts';
import {NO_CLAUSE, type Rows} from './lower/rows.ts';
import {unionOf} from './lower/union.ts';
import {lowerUnwind} from './lower/unwind.ts';
import {lowerProjection} from './lower/with.ts';
import {parseCypher} from './parser.ts';

/** What a query is compiled with, besides its text and the tables. */
export interface CypherOptions {
  /** Whether GQL's clauses are admitted besides openCypher's. */
  readonly gql?: boolean;
  /** What stands for `$name`; a Problem where a parameter has no value. */
  readonly parameters?: Parameters;
}

/**
 * A query in openCypher as a plan over the tables of a catalog: labels are tables,
 * properties columns, relationships declared joins and foreign keys.
 *
 * Throws Problems: the first thing that is no openCypher, or else everything that the
 * catalog does not have or that cannot be kept up to date. Their places count within
 * `text`, and name no file.
 */
export function compileCypher(
  text: string,
  catalog: Catalog,
  {gql = true, parameters = {}}: CypherOptions = {},
): Plan {
  const found: Problem[] = [];
  const query = parseCypher(text, {gql});
  const timely = asksChangeTime(query);
  const context = newContext(text, {
    catalog: timely ? withChangeTimes(catalog) : catalog,
    parameters,
    found,
  });
  const plans = query.parts.map((part) => lowerSingle(context, part));
  const plan = found.length === 0 ? unionOf(context, query, plans) : undefined;
  if (found.length > 0) throw new Problems(found.sort(byPlace));
  assert(plan !== undefined, 'a query without problems has a plan');
  return timely ? withChangeScans(plan) : plan;
}

const lowerSingle = (context: Context, {clauses}: SingleQuery): Plan =>
  clauses.reduce((rows, clause) => lowerClause(context, rows, clause), NO_CLAUSE).plan;

function lowerClause(context: Context, rows: Rows, clause: Clause): Rows {
  switch (clause.kind) {
    case 'match':
      return lowerMatch(context, rows, clause);
    case 'unwind':
      return lowerUnwind(context, rows, clause);
    case 'filter':
      return lowerFilter(context, rows, clause);
    case 'with':
    case 'return':
      return lowerProjection(context, rows, clause);
  }
}
