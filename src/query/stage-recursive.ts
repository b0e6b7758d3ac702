import type {Delta} from '../data/delta.ts';
import type {TableId} from '../data/schema.ts';
import {recursion} from './operators/recursion.ts';
import type {Recursive, Working} from './plan.ts';
import {NOTHING, type Stage, type Step} from './stage.ts';

/**
 * A recursion that runs: its step is pulled once for what changed besides, and then once for
 * each round in which rows came or went. A round tells no tables again.
 */
export function recursiveStage(
  plan: Recursive,
  base: Stage,
  step: Stage,
  {recursionRows: rowsMax}: {recursionRows: number},
): Stage {
  const {all, columns, working: id} = plan;
  const operator = recursion(
    columns.map(({type}) => type),
    {all, rowsMax},
  );
  return {
    plan,
    inputs: [base, step],
    net: true,
    pull(outer) {
      if (outer.round) return NOTHING;
      const came = base.pull(outer);
      const moved = step.pull(outer);
      if (came.length === 0 && moved.length === 0) return NOTHING;
      operator.takeBase(came);
      operator.takeStep(moved);
      for (let delta = operator.next(); delta; delta = operator.next()) {
        operator.takeStep(step.pull(roundOf(outer, {id, delta})));
      }
      return operator.told();
    },
    get size() {
      return operator.size;
    },
  };
}

const UNTOUCHED: ReadonlyMap<TableId, Delta> = new Map();

const roundOf = ({now}: Step, round: NonNullable<Step['round']>): Step => ({
  changes: UNTOUCHED,
  first: false,
  now,
  round,
});

/** What a round has added: nothing outside of the rounds of its own recursion. */
export function workingStage(plan: Working): Stage {
  return {
    plan,
    inputs: [],
    net: true,
    pull: ({round}) => (round?.id === plan.id ? round.delta : NOTHING),
    size: 0,
  };
}
