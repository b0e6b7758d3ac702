import type {Plan} from '../plan.ts';
import {type CommonTableExpr, type Node, type SelectStmt, texts} from './ast.ts';
import {commonCollation, wantEquality} from './collation.ts';
import {AlreadyTold, type Context, notSupported, problemAt} from './context.ts';
import type {Environment} from './environment.ts';
import {firstLocation} from './first-location.ts';
import {iterated} from './iterated.ts';
import {problems} from './problems.ts';
import {queryPlan, withQueriesOf} from './query.ts';
import {readsOfName} from './recursive-reads.ts';
import {renamed} from './relation.ts';
import {convertedPlan} from './settle.ts';
import {columnAt} from './slots.ts';
import {commonType, spoken} from './types.ts';

/** Whether a query reads a table or WITH query by its bare name. */
export const readsByName = (stmt: SelectStmt, name: string): boolean =>
  readsOfName(stmt, name).length > 0;

/** A query of WITH RECURSIVE that reads itself: `base UNION [ALL] step`. */
export function recursivePlan(
  expression: CommonTableExpr,
  stmt: SelectStmt,
  environment: Environment,
): Plan {
  const {ctename: name = '', aliascolnames, location = 0} = expression;
  const {context} = environment;
  const at = {context, location};
  const {base: baseStmt, step: stepStmt} = partsOf(expression, stmt, context);
  const inside = {...environment, withQueries: withQueriesOf(stmt, environment)};
  const base = renamed(queryPlan(baseStmt, inside), texts(aliascolnames), at);
  const {columns} = base;
  const working = `${name}@${location}`;
  const itself = {plan: {kind: 'working', id: working, columns} as const, frame: undefined};
  const withQueries = new Map(inside.withQueries).set(name, itself);
  const raw = queryPlan(stepStmt, {...inside, withQueries}, {keepUnknown: true});
  const step = alike(base, raw, {name, stmt: stepStmt, context});
  const all = stmt.all ?? false;
  if (!all)
    wantEquality(
      columns.map(({type}, i) => columnAt(i, type)),
      at,
    );
  return {kind: 'recursive', working, base, step: iterated(step, at), all, columns};
}

/** The two parts, where they are as Postgres has them. */
function partsOf(
  {ctename: name = '', location, search_clause, cycle_clause}: CommonTableExpr,
  stmt: SelectStmt,
  context: Context,
): {base: SelectStmt; step: SelectStmt} {
  const misplaced = (message: string, hint?: string) =>
    problemAt(context, location, problems['sql-misplaced'], {message, hint});
  if (search_clause || cycle_clause) {
    const hint = 'keep the way in a list: ARRAY[id], and NOT id = ANY (way)';
    throw notSupported(context, location, search_clause ? 'SEARCH' : 'CYCLE', hint);
  }
  const {op, larg: base, rarg: step} = stmt;
  if (op !== 'SETOP_UNION' || !base || !step) {
    const form = `WITH RECURSIVE ${name} AS (SELECT … UNION ALL SELECT … FROM ${name} …)`;
    throw misplaced(`the query "${name}" reads itself, and is no UNION`, form);
  }
  if (stmt.sortClause || stmt.limitCount || stmt.limitOffset) {
    throw misplaced(
      `ORDER BY, LIMIT and OFFSET stand in the recursive query "${name}"`,
      'put them into the query that reads it',
    );
  }
  if (readsByName(base, name)) {
    throw misplaced(`"${name}" is read in the part that it begins with`);
  }
  const [read, second] = readsOfName(step, name);
  if (!read) throw misplaced(`"${name}" is read outside of its recursive part`);
  if (second) throw misplaced(`"${name}" is read twice in its recursive part`);
  if (read.within !== undefined) {
    throw misplaced(`"${name}" is read in ${read.within} of its recursive part`);
  }
  return {base, step};
}

/** The step in the base's types: Postgres does not widen those for it. */
function alike(
  base: Plan,
  step: Plan,
  {name, stmt, context}: {name: string; stmt: SelectStmt; context: Context},
): Plan {
  const location = firstLocation(stmt);
  const unlike = (message: string, detail: string, hint?: string) =>
    problemAt(context, location, problems['sql-type'], {message, detail, hint});
  if (base.columns.length !== step.columns.length) {
    throw unlike(
      `each part of the recursive query "${name}" must have the same number of columns`,
      `The first has ${base.columns.length}, the recursive one ${step.columns.length}.`,
    );
  }
  const types = base.columns.map(({type, name: column}, i) => {
    const other = step.columns[i]?.type ?? type;
    const common = commonType([type, other]);
    if (!common || common.kind !== type.kind) {
      const written = spoken(common ?? other);
      throw unlike(
        `column "${column}" of the recursive query "${name}" has two types`,
        `It is ${spoken(type)} at first, and ${spoken(other)} in the recursive part.`,
        `cast the first: (…)::${written}`,
      );
    }
    const {collation} = commonCollation(common, [type, other]);
    if (collation?.name !== type.collation?.name) {
      const named = (one: typeof collation): string => (one ? `"${one.name}"` : 'the default one');
      throw unlike(
        `column "${column}" of the recursive query "${name}" has two collations`,
        `It is ${named(type.collation)} at first, and ${named(collation)} with the recursive part.`,
        'write the same COLLATE in both parts',
      );
    }
    return type;
  });
  return convertedPlan(step, types, context);
}

/** Postgres puts WITH queries in order itself; here each stands behind those that it reads. */
export function refuseForward(node: Node, later: readonly Node[], context: Context): void {
  if (!('CommonTableExpr' in node)) throw new AlreadyTold();
  const {ctename, ctequery, location} = node.CommonTableExpr;
  for (const one of later) {
    const name = 'CommonTableExpr' in one ? one.CommonTableExpr.ctename : undefined;
    if (name === undefined || readsOfName(ctequery, name).length === 0) continue;
    throw notSupported(
      context,
      location,
      `WITH query "${ctename}", which reads "${name}" behind it,`,
      `write "${name}" before it; two that read each other cannot be`,
    );
  }
}
