import type {Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {type Problem, problemsOf} from '../lib/problem.ts';
import type {SharedTexts} from '../query/explain.ts';
import {Ordered} from '../query/operators/ordered.ts';
import type {Plan, Scan} from '../query/plan.ts';
import {sharedFlow} from '../query/shared-flow.ts';
import {subplansOf} from '../query/shared-subplans.ts';
import {functionNames, planTexts} from '../query/subplan-text.ts';
import {type Failures, type SharedNode, sharedNodes} from './shared-nodes.ts';
import {subplanWants} from './subplan-wants.ts';

/** Whose plan it is. */
export interface Sharer {
  readonly queryId: string;
  /** Plans of one dialect mean the same by the same names; undefined: nothing is shared. */
  readonly dialect: string | undefined;
}

/** What a query that is being made asks of those that run already. */
export interface SharedSubplans extends SharedTexts {
  /**
   * The plan, with scans in place of what it shares with other queries. What did not run
   * yet does so then, from the source's rows: its Problems are thrown.
   */
  within(plan: Plan, sharer: Sharer & {readonly nowNs?: (() => number) | undefined}): Plan;
}

/** For queries that are only looked at, or run by themselves. */
export const UNSHARED: SharedSubplans = {within: (plan) => plan, of: () => undefined};

/** What shared subplans made of a transaction. */
export interface SharedStep<Query> {
  /** The changes of the tables, and those of the subplans. */
  readonly changes: ReadonlyMap<TableId, Delta>;
  readonly failed: Failures<Query>;
}

/**
 * The subplans that the queries of a source have in common. Each runs once for all of them:
 * a step moves it first, and what that changes in its rows is pushed to its readers under an
 * id of its own, like the delta of a table. So what is above it is a query like any other.
 *
 * Whether a query shares something is decided when it is made, by what other queries have
 * then; it stays so for as long as the query's operators live, and nothing moves under it.
 *
 * Invariant: between two steps the rows of a subplan are those of its plan over the
 * source's rows. One that fails is dropped, and its readers fail with its Problem.
 */
export interface SharedStages<Query> extends SharedSubplans {
  /** Says what a query has that may be shared: it is about to run. */
  note(plan: Plan, sharer: Sharer): void;
  /** The query runs by this plan, which `within` has made; or has let go of all. */
  file(query: Query, runs: Running | undefined): void;
  /** There is no such query, or it is stopped: nothing is shared for its sake. */
  forget(query: Query, queryId: string): void;
  step(changes: ReadonlyMap<TableId, Delta>): SharedStep<Query>;
  /** The rows of a subplan, as of the last step; undefined where it is none. */
  rows(table: TableId): Iterable<readonly [Key, Row]> | undefined;
  /** How many subplans run. */
  readonly count: number;
}

export interface Running {
  readonly queryId: string;
  readonly plan: Plan;
  readonly scans: ReadonlySet<TableId>;
}

/** `rows` are the source's, of a table. */
export function sharedStages<Query>(
  rows: (table: TableId) => Iterable<readonly [Key, Row]>,
): SharedStages<Query> {
  type Node = SharedNode<Query>;
  const nodes = sharedNodes<Query>();
  const wants = subplanWants();
  const functions = functionNames();
  /** The texts of what could be shared in a plan, also by the plan that came of it. */
  const textsOfPlans = new WeakMap<Plan, Texts>();
  /** What failed since the last step would fail again. */
  const broken = new Map<string, unknown>();
  const none: Failures<Query> = new Map();
  let made = 0;

  function textsOf(plan: Plan, dialect: string): Texts {
    const held = textsOfPlans.get(plan);
    if (held) return held;
    const {all} = subplansOf(plan);
    const texts = planTexts(functions);
    const found = new Map([...all].map((node) => [node, `${dialect}\n${texts.of(node)}`]));
    textsOfPlans.set(plan, found);
    return found;
  }

  const rowsOf = (table: TableId): Iterable<readonly [Key, Row]> =>
    nodes.byTable(table)?.flow.rows() ?? rows(table);

  /** The node of a subplan; made anew where none runs. */
  function nodeOf(subplan: Plan, texts: Texts, {queryId, nowNs}: Maker): Node {
    const text = texts.get(subplan)!;
    const held = nodes.byText(text);
    if (held) return held;
    if (broken.has(text)) throw broken.get(text);
    const own = wants.others(text, queryId);
    try {
      // A part of it is worth a node where others have that part who do not have all of it.
      const plan = subplansOf(subplan).replaced((part) => {
        const ofPart = part === subplan ? undefined : texts.get(part);
        if (ofPart === undefined || wants.others(ofPart, queryId) <= own) return undefined;
        return scanOf(nodeOf(part, texts, {queryId, nowNs}), part);
      });
      const flow = sharedFlow(plan, {nowNs, sharedTexts: {of}});
      flow.push(new Map([...flow.scans].map((table) => [table, asInserts(rowsOf(table))])));
      return nodes.add({text, table: `shared:${++made}`, plan, flow});
    } catch (error) {
      broken.set(text, error);
      throw error;
    }
  }

  function of(table: TableId): string | undefined {
    const node = nodes.byTable(table);
    if (!node) return undefined;
    const [first, ...below] = node.flow.explain().split('\n');
    const {size} = nodes.readers(node);
    const by = size === 1 ? '1 query' : `${size} queries`;
    return [`${first}  (shared by ${by})`, ...below].join('\n');
  }

  return {
    of,
    within(plan, {queryId, dialect, nowNs}) {
      if (dialect === undefined) return plan;
      const texts = textsOf(plan, dialect);
      if (texts.size === 0) return plan;
      const shared = subplansOf(plan).replaced((subplan) =>
        wants.others(texts.get(subplan)!, queryId) > 0
          ? scanOf(nodeOf(subplan, texts, {queryId, nowNs}), subplan)
          : undefined,
      );
      textsOfPlans.set(shared, texts);
      return shared;
    },
    note(plan, {queryId, dialect}) {
      if (dialect !== undefined) wants.note(queryId, textsOf(plan, dialect).values());
    },
    file(query, runs) {
      if (runs) wants.note(runs.queryId, textsOfPlans.get(runs.plan)?.values() ?? []);
      nodes.read(query, runs?.scans ?? []);
      nodes.sweep();
    },
    forget(query, queryId) {
      wants.forget(queryId);
      nodes.read(query, []);
    },
    step(changes) {
      broken.clear();
      nodes.sweep();
      return nodes.size === 0 ? {changes, failed: none} : moved(changes, nodes);
    },
    rows: (table) => nodes.byTable(table)?.flow.rows(),
    get count() {
      return nodes.size;
    },
  };
}

type Texts = ReadonlyMap<Plan, string>;
type Maker = Pick<Sharer, 'queryId'> & {readonly nowNs: (() => number) | undefined};

/** What stands for a subplan in a plan: a scan of the node's rows. */
const scanOf = ({table}: {readonly table: TableId}, of: Plan): Scan => ({
  kind: 'scan',
  table,
  columns: of.columns,
  of,
});

/** Moves every node that a transaction touches, after those that it reads. */
function moved<Query>(
  changes: ReadonlyMap<TableId, Delta>,
  nodes: ReturnType<typeof sharedNodes<Query>>,
): SharedStep<Query> {
  type Node = SharedNode<Query>;
  const all = new Map(changes);
  const failed = new Map<Query, readonly Problem[]>();
  const given = new Map<Node, Map<TableId, Delta>>();
  const queue = new Ordered<Node>((a, b) => a.rank - b.rank);
  const give = (told: ReadonlyMap<TableId, Delta>): void => {
    for (const {queries: readers, changes: deltas} of nodes.router.route(told)) {
      for (const node of readers) {
        const held = given.get(node);
        if (!held) queue.add(node);
        given.set(node, new Map([...(held ?? []), ...deltas]));
      }
    }
  };
  give(changes);
  for (let node = queue.first; node; node = queue.first) {
    queue.remove(node);
    if (nodes.byTable(node.table) !== node) continue;
    try {
      const delta = node.flow.push(given.get(node)!);
      if (delta.length === 0) continue;
      all.set(node.table, delta);
      give(new Map([[node.table, delta]]));
    } catch (error) {
      const problems = problemsOf(error);
      if (problems.length === 0) throw error;
      for (const query of nodes.fail(node)) if (!failed.has(query)) failed.set(query, problems);
    }
  }
  return {changes: all, failed};
}

const asInserts = (rows: Iterable<readonly [Key, Row]>): Delta =>
  Array.from(rows, ([key, after]) => ({key, before: undefined, after}));
