import type {Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import type {Revive} from '../data/stored-row.ts';
import type {Row} from '../data/value.ts';
import {explain, type SharedTexts} from './explain.ts';
import {timeMemory} from './memory.ts';
import {meter} from './meter.ts';
import {net} from './operators/net.ts';
import {asTooLarge, HELD_MAX, room} from './operators/room.ts';
import type {Plan} from './plan.ts';
import {readByMany} from './plan-readers.ts';
import type {RunningQuery} from './query.ts';
import {resultOrder} from './result-order.ts';
import {tablesOf} from './shared-subplans.ts';
import type {Stage} from './stage.ts';
import {QUERY_LIMITS, type QueryLimits, stageOf} from './stages.ts';

/** A plan that runs, and what only tests and tools need besides. */
export interface Dataflow extends RunningQuery {
  /** All rows of the tables, as the first step of a dataflow that was just made. */
  hydrate(initial: ReadonlyMap<TableId, Iterable<readonly [Key, Row]>>, time?: number): Delta;
}

export interface DataflowOptions {
  /** A clock to measure with what each operator costs; without it nothing is measured. */
  readonly nowNs?: (() => number) | undefined;
  /** Makes the boxed values that a memory holds: of the language that the plan is of. */
  readonly revive?: Revive | undefined;
  /** How the shared subplans that it reads are told. */
  readonly sharedTexts?: SharedTexts | undefined;
  /** What bounds it while it runs. */
  readonly limits?: QueryLimits | undefined;
}

/**
 * Makes operators of a plan and joins them. A step is pulled from the root, so each
 * operator works once, after everything below it.
 *
 * Invariant: the deltas answered since it was made, folded, are the plan's rows over the
 * tables' deltas folded. A delta names each key once, and holds no edit that changes nothing.
 */
export function dataflow(
  plan: Plan,
  {nowNs, revive, sharedTexts, limits = QUERY_LIMITS}: DataflowOptions = {},
): Dataflow {
  const stages = new Map<Plan, Stage>();
  const root = stageOf(plan, {
    byNode: stages,
    shared: readByMany(plan),
    meter: nowNs && meter(nowNs),
    revive,
    limits,
  });
  const scans = new Set<TableId>();
  for (const node of stages.keys()) if (node.kind === 'scan') scans.add(node.table);
  const timers = [...stages.values()].flatMap(({nextDue}) => (nextDue ? [nextDue] : []));
  const {heldMax = HELD_MAX} = limits;
  let first = true;
  let now = Number.NEGATIVE_INFINITY;

  function step(changes: ReadonlyMap<TableId, Delta>, time: number): Delta {
    if (time > now) now = time;
    try {
      const delta = root.pull({changes, first, now});
      first = false;
      room({size: delta.length - 1}, heldMax, 'rows of its result that change at once');
      return root.net ? delta : net(delta);
    } catch (error) {
      throw asTooLarge(error);
    }
  }

  return {
    columns: plan.columns,
    plan,
    scans,
    tables: tablesOf(plan),
    keysInOrder: root.keys,
    orderBy: resultOrder(plan),
    explain: () => explain(root, sharedTexts),
    push: ({changes, commitTime}) => step(changes, commitTime),
    nextDue: () => earliest(timers),
    memory: timeMemory(stages.values()),
    hydrate: (initial, time = 0) =>
      step(new Map([...initial].map(([id, rows]) => [id, asInserts(rows)])), time),
    get size() {
      let sum = 0;
      for (const stage of stages.values()) sum += stage.size;
      return sum;
    },
  };
}

function earliest(timers: readonly (() => number | undefined)[]): number | undefined {
  let first: number | undefined;
  for (const nextDue of timers) {
    const due = nextDue();
    if (due !== undefined && (first === undefined || due < first)) first = due;
  }
  return first;
}

function asInserts(rows: Iterable<readonly [Key, Row]>): Delta {
  return Array.from(rows, ([key, after]) => ({key, before: undefined, after}));
}
