import {type Problem, Problems} from '../../lib/problem.ts';
import type {Catalog} from '../catalog.ts';
import type {Plan} from '../plan.ts';
import type {SelectStmt} from './ast.ts';
import {BYTES} from './collation.ts';
import {attempt, type Context} from './context.ts';
import {parseSql} from './parse.ts';
import {queryPlan} from './query.ts';
import {wantNames} from './result-names.ts';

/**
 * A query in SQL as a plan over the tables of a catalog, with Postgres's semantics: names,
 * types, overloads and what null does are decided here, once.
 *
 * Throws Problems: the first thing that is no SQL, or else everything found that the
 * catalog does not have or that cannot be kept up to date. Their places count within
 * `text`, and name no file. The parser must have been loaded (`pipeline/sql-parser.ts`).
 */
export function compileSql(text: string, catalog: Catalog): Plan {
  const stmt = parseSql(text);
  const found: Problem[] = [];
  const collation = catalog.tables.find((table) => table.collation)?.collation ?? BYTES;
  const context: Context = {
    text,
    catalog,
    found,
    places: new WeakMap(),
    names: new WeakMap(),
    collation,
  };
  const plan = attempt(context, () => named(stmt, context));
  if (found.length > 0 || !plan) throw new Problems(found);
  return plan;
}

function named(stmt: SelectStmt, context: Context): Plan {
  const plan = queryPlan(stmt, {context, frame: undefined, withQueries: new Map()});
  wantNames(
    plan.columns.map(({name}) => name),
    stmt,
    context,
  );
  return plan;
}
