import type {Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {assert} from '../lib/assert.ts';
import {explain, type SharedTexts} from './explain.ts';
import {meter} from './meter.ts';
import {asTooLarge} from './operators/room.ts';
import type {Plan} from './plan.ts';
import {readByMany} from './plan-readers.ts';
import type {Stage} from './stage.ts';
import {QUERY_LIMITS, stageOf} from './stages.ts';

/**
 * A subplan that runs for several queries: pushed the tables' changes once a step, it
 * answers what those queries' own operators are pushed then. It says to the letter what the
 * same node within a query would have said, and who comes later begins with its rows.
 */
export interface SharedFlow {
  /** What it scans: tables, and other shared subplans. */
  readonly scans: ReadonlySet<TableId>;
  /** Throws a Problem when an expression fails on a row; it is of no more use then. */
  push(changes: ReadonlyMap<TableId, Delta>): Delta;
  /** Its rows, as of the last push. */
  rows(): Iterable<readonly [Key, Row]>;
  explain(): string;
  /** How many rows its operators remember. */
  readonly size: number;
}

export interface SharedFlowOptions {
  readonly nowNs?: (() => number) | undefined;
  /** How the shared subplans that it reads are told. */
  readonly sharedTexts?: SharedTexts | undefined;
}

export function sharedFlow(plan: Plan, {nowNs, sharedTexts}: SharedFlowOptions = {}): SharedFlow {
  const byNode = new Map<Plan, Stage>();
  const root = stageOf(plan, {
    byNode,
    shared: readByMany(plan),
    meter: nowNs && meter(nowNs),
    revive: undefined,
    // No recursion is shared.
    limits: QUERY_LIMITS,
  });
  const {rows} = root;
  assert(rows !== undefined, 'what is shared can tell its rows');
  let first = true;

  return {
    scans: new Set([...byNode.keys()].flatMap((node) => (node.kind === 'scan' ? node.table : []))),
    push(changes) {
      try {
        const delta = root.pull({changes, first, now: 0});
        first = false;
        return delta;
      } catch (error) {
        throw asTooLarge(error);
      }
    },
    rows,
    explain: () => explain(root, sharedTexts),
    get size() {
      let sum = 0;
      for (const stage of byNode.values()) sum += stage.size;
      return sum;
    },
  };
}
