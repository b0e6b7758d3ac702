import type {Delta} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import type {Row} from '../data/value.ts';
import type {Operator} from './operators/operator.ts';
import type {OperatorMemory} from './operators/row-memory.ts';
import type {TimedOperator} from './operators/timed.ts';
import type {Plan} from './plan.ts';

/** What is going on in one step: the tables' deltas. The first step of all starts constants. */
export interface Step {
  readonly changes: ReadonlyMap<TableId, Delta>;
  readonly first: boolean;
  /** Microseconds since 1970; never before an earlier step. */
  readonly now: number;
  /**
   * A round of a recursion within the step: what it has added. Tables have been told before,
   * and what reads nothing of the recursion stays as it is.
   */
  readonly round?: {readonly id: string; readonly delta: Delta};
}

/** A node of a plan that runs, with the stages it reads from. */
export interface Stage {
  readonly plan: Plan;
  readonly inputs: readonly Stage[];
  /** What the step changes in this node's rows. To be asked once a step. */
  pull(step: Step): Delta;
  /** Whether the delta it answered last is net: each key once, and no edit without change. */
  readonly net: boolean;
  /** Where its rows have an order: their keys, in it. */
  readonly keys?: (() => Iterable<Key>) | undefined;
  /** Its rows as they are, where it can tell them: of what `shared-subplans.ts` may share. */
  readonly rows?: (() => Iterable<readonly [Key, Row]>) | undefined;
  /** The microsecond at which its rows may change by time alone, its inputs' not counted. */
  readonly nextDue?: (() => number | undefined) | undefined;
  /** What it remembers that no rows tell: where it has any such thing. */
  readonly memory?: OperatorMemory | undefined;
  /** How many rows it remembers, its inputs not counted. */
  readonly size: number;
  /** Nanoseconds it has worked, its inputs not counted; where they are measured (`meter.ts`). */
  readonly spentNs?: (() => number) | undefined;
}

export const NOTHING: Delta = [];

/**
 * A table's rows: they are the source's, and remembered there. A shared join may name a
 * pair twice, as a join does.
 */
export function scanStage(plan: Extract<Plan, {kind: 'scan'}>): Stage {
  const {table} = plan;
  const net = plan.of?.kind !== 'join';
  return {plan, inputs: [], net, pull: ({changes}) => changes.get(table) ?? NOTHING, size: 0};
}

/** Constant rows: they come in the first step and stay. Their keys count from 1. */
export function valuesStage(plan: Extract<Plan, {kind: 'values'}>): Stage {
  const delta = plan.rows.map((after, index) => ({key: index + 1, before: undefined, after}));
  return {plan, inputs: [], net: true, pull: ({first}) => (first ? delta : NOTHING), size: 0};
}

/**
 * An operator over one input, left alone by steps that do not change it. `shown` is what
 * the plan says that it reads, where the operator does the work of a node in between.
 */
export function unaryStage(plan: Plan, input: Stage, operator: Operator, shown = input): Stage {
  const alwaysNet = ALWAYS_NET.has(plan.kind);
  return {
    plan,
    inputs: [shown],
    get net() {
      return alwaysNet || (input.net && plan.kind !== 'window');
    },
    keys: plan.kind === 'project' ? shown.keys : undefined,
    rows: operator.rows,
    pull(step) {
      const delta = input.pull(step);
      return delta.length > 0 || step.first ? operator.push(delta) : NOTHING;
    },
    get size() {
      return operator.size;
    },
  };
}

/** Operators that tell each of their keys once a step, whatever they are told. */
const ALWAYS_NET = new Set<Plan['kind']>(['aggregate', 'distinct', 'order']);

/** An operator over several inputs, left alone by steps that change none of them. */
export function wideStage(
  plan: Plan,
  inputs: readonly Stage[],
  operator: {push(deltas: readonly Delta[]): Delta; readonly size: number},
): Stage {
  return {
    plan,
    inputs,
    net: false,
    pull(step) {
      const deltas = inputs.map((input) => input.pull(step));
      return deltas.some((delta) => delta.length > 0) ? operator.push(deltas) : NOTHING;
    },
    get size() {
      return operator.size;
    },
  };
}

/** An operator whose rows also change by time: asked in every step. */
export function timedStage(plan: Plan, input: Stage, operator: TimedOperator): Stage {
  return {
    plan,
    inputs: [input],
    net: true,
    pull: (step) => operator.push(input.pull(step), step.now),
    nextDue: operator.nextDue,
    memory: operator.memory,
    get size() {
      return operator.size;
    },
  };
}

/**
 * A stage that several others read: it works once a step, and answers all of them. It is
 * asked again in rounds of a recursion, which are not its own where it reads no working rows.
 */
export function sharedStage(stage: Stage, {inRounds}: {inRounds: boolean}): Stage {
  let answered: Step | undefined;
  let delta = NOTHING;
  return {
    ...stage,
    get net() {
      return stage.net;
    },
    pull(step) {
      if (step.round && !inRounds) return NOTHING;
      if (answered !== step) {
        delta = stage.pull(step);
        answered = step;
      }
      return delta;
    },
    get size() {
      return stage.size;
    },
  };
}
