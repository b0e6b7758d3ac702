import type {Problem} from '../../lib/problem.ts';
import type {TableName} from '../catalog.ts';
import {WINDOW_FUNCTIONS} from '../functions/windows.ts';
import {TIME_CONDITIONS} from '../time/timed-plan.ts';
import {refused} from './analyse.ts';
import {
  type A_Expr,
  type FuncCall,
  kindOf,
  plainName,
  type RangeFunction,
  type RangeSubselect,
  type RangeVar,
  type SelectStmt,
} from './ast.ts';
import {ungroupedIn} from './certain-grouping.ts';
import {certainNames} from './certain-names.ts';
import {certainTable} from './certain-tables.ts';
import {COMPARISONS} from './comparison.ts';
import {attempt, type Context} from './context.ts';
import {unnestCall} from './from-unnest.ts';
import {AGGREGATES} from './function-call.ts';
import {wantFunction} from './function-names.ts';
import {FUNCTIONS} from './functions/catalogue.ts';
import {unknownCall} from './overload.ts';
import {unknownWindowFunction} from './window-call.ts';

/** A part of a statement is looked at with what surrounds it. */
interface Visit {
  readonly context: Pick<Context, 'text' | 'found'>;
  /** The tables of the source; undefined where they are not known. */
  readonly tables: readonly TableName[] | undefined;
  /** WITH queries that can be read here. */
  readonly withNames: ReadonlySet<string>;
  /** Whether a name may stand for a column of a query around this one. */
  readonly outer: boolean;
  /** Whether the current time may be compared with something here. */
  readonly clock: boolean;
}

/**
 * The Problems that a statement has whatever the columns of its tables are: tables that are
 * none of `tables` (where those are known), functions that are not there, columns that no
 * GROUP BY can have grouped. In the words in which compiling it tells them.
 */
export function certainProblems(
  text: string,
  stmt: SelectStmt,
  tables: readonly TableName[] | undefined,
): readonly Problem[] {
  const context = {text, found: []};
  visitSelect(stmt, {context, tables, withNames: new Set(), outer: false, clock: true});
  attempt(context, () => certainNames(stmt, context));
  return context.found;
}

function visitSelect(stmt: SelectStmt, around: Visit): void {
  const {withClause, larg, rarg, targetList, lockingClause, intoClause, ...rest} = stmt;
  const withNames = visitWith(withClause, around);
  const inside = {...around, withNames, clock: true};
  if (larg) visitSelect(larg, inside);
  if (rarg) visitSelect(rarg, inside);
  visit(targetList, {...inside, clock: false});
  visit(rest, inside);
  if (!around.outer) around.context.found.push(...ungroupedIn(stmt, around.context));
}

/** The WITH queries that the statement sees. */
function visitWith(clause: SelectStmt['withClause'], around: Visit): ReadonlySet<string> {
  const queries = (clause?.ctes ?? []).flatMap((node) =>
    'CommonTableExpr' in node ? [node.CommonTableExpr] : [],
  );
  const all = new Set([...around.withNames, ...queries.map(({ctename = ''}) => ctename)]);
  const before = new Set(around.withNames);
  for (const {ctename = '', ctequery} of queries) {
    const withNames = clause?.recursive ? all : new Set(before);
    if (ctequery && 'SelectStmt' in ctequery) {
      visitSelect(ctequery.SelectStmt, {...around, withNames, clock: true});
    }
    before.add(ctename);
  }
  return all;
}

/** Anything in the parse tree: nodes, lists of them, plain values. */
function visit(tree: unknown, around: Visit): void {
  if (typeof tree !== 'object' || tree === null) return;
  if (Array.isArray(tree)) {
    for (const item of tree) visit(item, around);
    return;
  }
  for (const [kind, node] of Object.entries(tree)) {
    if (Object.hasOwn(VISITS, kind)) VISITS[kind]?.(node as never, around);
    else visit(node, around);
  }
}

/** Of nodes that are more than their parts, by their kind. */
const VISITS: Readonly<Record<string, (node: never, around: Visit) => void>> = {
  SelectStmt: visitSelect,
  RangeVar: visitTable,
  RangeFunction(node: RangeFunction, around: Visit): void {
    const call = attempt(around.context, () => unnestCall(node, around.context));
    visit(call?.arg, {...around, clock: true});
  },
  RangeSubselect(node: RangeSubselect, around: Visit): void {
    visit(node, {...around, outer: around.outer || (node.lateral ?? false)});
  },
  SubLink: (node, around) => visit(node, {...around, outer: true, clock: true}),
  CaseExpr: (node, around) => visit(node, {...around, clock: true}),
  FuncCall(node: FuncCall, around: Visit): void {
    attempt(around.context, () => wantCall(node, around));
    visit(node, around);
  },
  A_Expr: visitOperation,
  SQLValueFunction(node: never, {context, clock}: Visit): void {
    if (!clock) context.found.push(refused({context}, {SQLValueFunction: node}));
  },
};

function visitTable(node: RangeVar, {context, tables, withNames}: Visit): void {
  const {relname = '', schemaname} = node;
  if (!tables || (schemaname === undefined && withNames.has(relname))) return;
  context.found.push(...certainTable(node, tables, context));
}

function visitOperation(node: A_Expr, around: Visit): void {
  const {kind, lexpr, rexpr, location} = node;
  const {context, clock} = around;
  const name = plainName(node.name);
  const compares = kind !== 'AEXPR_OP' || COMPARISONS.has(name);
  const ofRows = [lexpr, rexpr].some((side) => side && kindOf(side) === 'RowExpr');
  if (!compares && !ofRows && !FUNCTIONS.has(name)) {
    context.found.push(unknownCall({context, location, name, operator: true}, FUNCTIONS));
  }
  visit([lexpr, rexpr], {...around, clock: clock || compares});
}

function wantCall(node: FuncCall, {context, clock}: Visit): void {
  const name = plainName(node.funcname);
  if (AGGREGATES.has(name)) return;
  if (node.over) {
    if (!WINDOW_FUNCTIONS.has(name)) throw unknownWindowFunction(context, node, name);
  } else if (!Object.hasOwn(TIME_CONDITIONS, name) && (name !== 'now' || !clock)) {
    wantFunction(context, node, name);
  }
}
