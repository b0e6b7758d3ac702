import type {Revive} from '../data/stored-row.ts';
import type {Row} from '../data/value.ts';
import {compile, compilePredicate, compileRow} from './evaluate.ts';
import type {Meter} from './meter.ts';
import {aggregate} from './operators/aggregate.ts';
import {batch} from './operators/batch.ts';
import {distinct} from './operators/distinct.ts';
import {distinctOn} from './operators/distinct-on.ts';
import {filter} from './operators/filter.ts';
import {order} from './operators/order.ts';
import {project} from './operators/project.ts';
import {
  countedSets,
  exceptCopies,
  exceptOnce,
  intersectCopies,
  once,
  unionAll,
} from './operators/set-operation.ts';
import {timed} from './operators/timed.ts';
import {unnest} from './operators/unnest.ts';
import {windowed} from './operators/window.ts';
import type {Plan, SetOperation} from './plan.ts';
import {judgesFilter} from './plan-readers.ts';
import {readsWorking} from './plan-walk.ts';
import {
  type Stage,
  scanStage,
  sharedStage,
  timedStage,
  unaryStage,
  valuesStage,
  wideStage,
} from './stage.ts';
import {joinStage} from './stage-join.ts';
import {recursiveStage, workingStage} from './stage-recursive.ts';

/** The stages of a dataflow by their nodes, and what measures them, if anything does. */
export interface Stages {
  readonly byNode: Map<Plan, Stage>;
  /** The nodes that several others read. */
  readonly shared: ReadonlySet<Plan>;
  readonly meter: Meter | undefined;
  /** Makes the boxed values that are recalled after a restart. */
  readonly revive: Revive | undefined;
  readonly limits: QueryLimits;
}

/** What bounds a query while it runs. */
export interface QueryLimits {
  /** Rows of a recursion, at most: a key of `limits` in the configuration. */
  readonly recursionRows: number;
  /** Keys of one map of an operator, and rows of a step's answer; unless told, `HELD_MAX`. */
  readonly heldMax?: number | undefined;
}

export const QUERY_LIMITS: QueryLimits = {recursionRows: 1_000_000};

/** The stage of a node, made once however often the plan holds the node. */
export function stageOf(plan: Plan, stages: Stages): Stage {
  const held = stages.byNode.get(plan);
  if (held) return held;
  const made = newStage(plan, stages, (input) => stageOf(input, stages));
  const measured = stages.meter?.measured(made) ?? made;
  const stage = stages.shared.has(plan)
    ? sharedStage(measured, {inRounds: readsWorking(plan)})
    : measured;
  stages.byNode.set(plan, stage);
  return stage;
}

function newStage(plan: Plan, stages: Stages, stage: (input: Plan) => Stage): Stage {
  const {heldMax} = stages.limits;
  switch (plan.kind) {
    case 'scan':
      return scanStage(plan);
    case 'values':
      return valuesStage(plan);
    case 'filter':
      return unaryStage(plan, stage(plan.input), filter(compilePredicate(plan.predicate)));
    case 'project':
      return projectStage(plan, stage);
    case 'join':
      return joinStage(plan, {left: stage(plan.left), right: stage(plan.right), heldMax});
    case 'aggregate':
      return unaryStage(plan, stage(plan.input), aggregate(plan, heldMax));
    case 'distinct': {
      const {on, columns} = plan;
      const operator = on
        ? distinctOn(on.expressions, on.orderBy, heldMax)
        : distinct(
            columns.map(({type}) => type),
            heldMax,
          );
      return unaryStage(plan, stage(plan.input), operator);
    }
    case 'unnest':
      return unaryStage(plan, stage(plan.input), unnest(compile(plan.list), plan));
    case 'batch':
      return unaryStage(plan, stage(plan.input), batch(compile(plan.argument), plan.function));
    case 'order':
      return orderStage(plan, stage(plan.input));
    case 'window':
      return unaryStage(plan, stage(plan.input), windowed(plan, heldMax));
    case 'timed':
      return timedStage(
        plan,
        stage(plan.input),
        timed(plan, {revive: stages.revive, max: heldMax}),
      );
    case 'recursive':
      return recursiveStage(plan, stage(plan.base), stage(plan.step), stages.limits);
    case 'working':
      return workingStage(plan);
    case 'union':
    case 'intersect':
    case 'except':
      return setStage(plan, plan.inputs.map(stage), heldMax);
  }
}

/**
 * A filter right below is judged in the same loop: the stage reads what is below the
 * filter. A filter remembers nothing, so one that others read too works for them as ever.
 */
function projectStage(
  plan: Extract<Plan, {kind: 'project'}>,
  stage: (input: Plan) => Stage,
): Stage {
  const compute = selectsAll(plan) ? (row: Row): Row => row : compileRow(plan.expressions);
  const below = stage(plan.input);
  if (!judgesFilter(plan)) return unaryStage(plan, below, project(compute));
  const {predicate, input} = plan.input;
  const select = project(compute, compilePredicate(predicate));
  return unaryStage(plan, stage(input), select, below);
}

/** Whether a table's rows are selected as they are: then they are not made a second time. */
function selectsAll({input, expressions}: Extract<Plan, {kind: 'project'}>): boolean {
  const below = input.kind === 'filter' ? input.input : input;
  if (below.kind !== 'scan' || below.columns.length !== expressions.length) return false;
  return expressions.every((one, index) => one.kind === 'column' && one.index === index);
}

/** UNION without ALL is a distinct over UNION ALL: two stages of one node. */
function setStage(plan: SetOperation, inputs: readonly Stage[], max: number | undefined): Stage {
  const types = plan.columns.map(({type}) => type);
  if (plan.kind === 'union') {
    const all = wideStage(plan, inputs, unionAll());
    return plan.all ? all : unaryStage(plan, all, distinct(types, max));
  }
  const each = plan.kind === 'intersect' ? intersectCopies : exceptCopies;
  const single = plan.kind === 'intersect' ? once(intersectCopies) : exceptOnce;
  const copies = plan.all ? each : single;
  return wideStage(plan, inputs, countedSets(types, {width: inputs.length, copies, max}));
}

function orderStage(plan: Extract<Plan, {kind: 'order'}>, input: Stage): Stage {
  const operator = order(plan.by, plan);
  const stage = unaryStage(plan, input, operator);
  return {
    plan,
    inputs: [input],
    net: true,
    pull: stage.pull,
    keys: operator.keys,
    get size() {
      return operator.size;
    },
  };
}
