import type {Plan} from '../plan.ts';
import {kindOf, locationOf, type Node, type SelectStmt, texts} from './ast.ts';
import {AlreadyTold, attempt, notSupported} from './context.ts';
import type {Environment} from './environment.ts';
import {orderedBy} from './limit.ts';
import {hasOuter} from './plan-expressions.ts';
import {readsByName, recursivePlan, refuseForward} from './recursive.ts';
import {renamed} from './relation.ts';
import type {WithQuery} from './scope.ts';
import {selectPlan} from './select.ts';
import {setOperationPlan} from './set-operation.ts';
import {settledPlan} from './settle.ts';
import {valuesPlan} from './values.ts';

export interface QueryOptions {
  /** Leaves columns that nothing has given a type as they are: a UNION will decide. */
  readonly keepUnknown?: boolean;
}

/**
 * A query as a plan: SELECT, VALUES, or several joined by UNION and its like, with its
 * WITH, ORDER BY and LIMIT. What it reads of the query around it are outer columns of the
 * environment's frame (`slots.ts`).
 */
export function queryPlan(
  stmt: SelectStmt,
  environment: Environment,
  {keepUnknown = false}: QueryOptions = {},
): Plan {
  refuseParts(stmt, environment);
  const inner = {...environment, withQueries: withQueriesOf(stmt, environment)};
  const plan = bodyPlan(stmt, inner);
  return keepUnknown ? plan : settledPlan(plan, environment.context);
}

function bodyPlan(stmt: SelectStmt, environment: Environment): Plan {
  if (stmt.valuesLists)
    return orderedBy(valuesPlan(stmt.valuesLists, environment), stmt, environment);
  if (stmt.op && stmt.op !== 'SETOP_NONE') {
    return orderedBy(setOperationPlan(stmt, environment), stmt, environment);
  }
  return selectPlan(stmt, environment);
}

function refuseParts(stmt: SelectStmt, {context}: Environment): void {
  if (stmt.lockingClause) throw notSupported(context, 0, 'FOR UPDATE', 'leave it out');
  if (stmt.intoClause) throw notSupported(context, 0, 'SELECT INTO', 'leave INTO out');
  if (stmt.limitOption === 'LIMIT_OPTION_WITH_TIES') {
    throw notSupported(context, locationOf(stmt.limitCount), 'WITH TIES', 'write LIMIT n');
  }
}

/** The WITH queries of a statement, and those around it. */
export function withQueriesOf(
  stmt: SelectStmt,
  environment: Environment,
): Environment['withQueries'] {
  const {context, frame} = environment;
  const clause = stmt.withClause;
  if (!clause) return environment.withQueries;
  const known = new Map(environment.withQueries);
  const nodes = clause.ctes ?? [];
  let broken = false;
  for (const [i, node] of nodes.entries()) {
    const done = attempt(context, () => {
      const inside = {context, frame, withQueries: known};
      if (clause.recursive) refuseForward(node, nodes.slice(i + 1), context);
      const {name, query} = withQuery(node, clause.recursive ?? false, inside);
      known.set(name, query);
      return true;
    });
    broken ||= !done;
  }
  if (broken) throw new AlreadyTold();
  return known;
}

function withQuery(
  node: Node,
  recursive: boolean,
  environment: Environment,
): {name: string; query: WithQuery} {
  const {context, frame} = environment;
  if (!('CommonTableExpr' in node)) throw new AlreadyTold();
  const {ctename = '', ctequery, aliascolnames, location} = node.CommonTableExpr;
  if (!ctequery || !('SelectStmt' in ctequery)) {
    const what = ctequery ? kindOf(ctequery).replace('Stmt', '').toUpperCase() : 'this statement';
    throw notSupported(context, location, `${what} in WITH`, 'a continuous query only reads');
  }
  const stmt = ctequery.SelectStmt;
  if (recursive && readsByName(stmt, ctename)) {
    const plan = recursivePlan(node.CommonTableExpr, stmt, environment);
    return {name: ctename, query: {plan, frame: hasOuter(plan) ? frame : undefined}};
  }
  const plan = queryPlan(stmt, environment);
  const query = {plan: renamed(plan, texts(aliascolnames), {context, location}), frame};
  return {name: ctename, query: hasOuter(plan) ? query : {...query, frame: undefined}};
}
