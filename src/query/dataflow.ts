import {identicalRows} from '../data/compare.ts';
import {consolidate, type Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import {compilePredicate, compileRow} from './evaluate.ts';
import {explain} from './explain.ts';
import {aggregate} from './operators/aggregate.ts';
import {filter} from './operators/filter.ts';
import {project} from './operators/project.ts';
import type {Plan} from './plan.ts';
import type {RunningQuery} from './query.ts';
import {type Stage, scanStage, sharedStage, unaryStage, valuesStage} from './stage.ts';
import {joinStage} from './stage-join.ts';

/** A plan that runs, and what only tests and tools need besides. */
export interface Dataflow extends RunningQuery {
  /** All rows of the tables, as the first step of a dataflow that was just made. */
  hydrate(initial: ReadonlyMap<TableId, Iterable<readonly [Key, Row]>>): Delta;
}

/**
 * Makes operators of a plan and joins them. A step is pulled from the root, so each
 * operator works once, after everything below it.
 *
 * Invariant: the deltas answered since it was made, folded, are the plan's rows over the
 * tables' deltas folded. A delta names each key once, and holds no edit that changes nothing.
 */
export function dataflow(plan: Plan): Dataflow {
  const stages = new Map<Plan, Stage>();
  const root = stageOf(plan, stages);
  const tables = new Set<TableId>();
  for (const node of stages.keys()) if (node.kind === 'scan') tables.add(node.table);
  let first = true;

  function step(changes: ReadonlyMap<TableId, Delta>): Delta {
    const delta = root.pull({changes, first});
    first = false;
    return consolidate(delta).filter(changesSomething);
  }

  return {
    columns: plan.columns,
    tables,
    explain: () => explain(root),
    push: ({changes}) => step(changes),
    hydrate: (initial) => step(new Map([...initial].map(([id, rows]) => [id, asInserts(rows)]))),
    get size() {
      let sum = 0;
      for (const stage of stages.values()) sum += stage.size;
      return sum;
    },
  };
}

function changesSomething({before, after}: {before: Row | undefined; after: Row | undefined}) {
  return !(before && after && identicalRows(before, after));
}

function asInserts(rows: Iterable<readonly [Key, Row]>): Delta {
  return Array.from(rows, ([key, after]) => ({key, before: undefined, after}));
}

/** The stage of a node, made once however often the plan holds the node. */
function stageOf(plan: Plan, stages: Map<Plan, Stage>): Stage {
  const held = stages.get(plan);
  if (held) return held;
  const stage = sharedStage(newStage(plan, (input) => stageOf(input, stages)));
  stages.set(plan, stage);
  return stage;
}

function newStage(plan: Plan, stage: (input: Plan) => Stage): Stage {
  switch (plan.kind) {
    case 'scan':
      return scanStage(plan);
    case 'values':
      return valuesStage(plan);
    case 'filter':
      return unaryStage(plan, stage(plan.input), filter(compilePredicate(plan.predicate)));
    case 'project':
      return unaryStage(plan, stage(plan.input), project(compileRow(plan.expressions)));
    case 'aggregate':
      return unaryStage(plan, stage(plan.input), aggregate(plan));
    case 'join':
      return joinStage(plan, stage(plan.left), stage(plan.right));
    default:
      throw new Error(`${plan.kind} is not there yet`);
  }
}
