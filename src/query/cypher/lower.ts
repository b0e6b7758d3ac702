import {assert} from '../../lib/assert.ts';
import {type Problem, Problems} from '../../lib/problem.ts';
import type {Catalog} from '../catalog.ts';
import type {Plan} from '../plan.ts';
import type {SingleQuery} from './ast.ts';
import {type Context, newContext} from './lower/context.ts';
import {lowerMatch} from './lower/match.ts';
import {lowerReturn} from './lower/return.ts';
import {NO_CLAUSE, type Rows} from './lower/rows.ts';
import {parseCypher} from './parser.ts';
import {problems} from './problems.ts';

/**
 * A query in openCypher as a plan over the tables of a catalog: labels are tables,
 * properties columns, relationships declared joins and foreign keys.
 *
 * Throws Problems: the first thing that is no openCypher, or else everything that the
 * catalog does not have or that cannot be kept up to date. Their places count within
 * `text`, and name no file.
 */
export function compileCypher(text: string, catalog: Catalog): Plan {
  const found: Problem[] = [];
  const plan = lowered(newContext(text, catalog, found));
  if (found.length > 0) throw new Problems(found);
  assert(plan !== undefined, 'a query without problems has a plan');
  return plan;
}

function lowered(context: Context): Plan | undefined {
  const {parts} = parseCypher(context.text);
  const plans = parts.map((part) => lowerSingle(context, part));
  return plans[0];
}

function lowerSingle(context: Context, {clauses}: SingleQuery): Plan | undefined {
  let rows: Rows = NO_CLAUSE;
  for (const clause of clauses) {
    if (clause.kind === 'return') return lowerReturn(context, rows, clause);
    if (clause.kind === 'match' && !clause.optional) rows = lowerMatch(context, rows, clause);
    else {
      const at = context.place(clause.span);
      const facts = {what: clause.kind.toUpperCase(), at, hint: undefined};
      throw problems['cypher-not-supported'](facts, {place: at});
    }
  }
  return undefined;
}
