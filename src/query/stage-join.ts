import type {Row} from '../data/value.ts';
import {compilePredicate} from './evaluate.ts';
import {innerJoin} from './operators/inner-join.ts';
import {beside, nulls, pairRow} from './operators/join.ts';
import {joinKey, sameKey} from './operators/keys.ts';
import type {BinaryOperator} from './operators/operator.ts';
import {outerJoin} from './operators/outer-join.ts';
import {semiJoin} from './operators/semi-join.ts';
import type {Join} from './plan.ts';
import {NOTHING, type Stage} from './stage.ts';

interface Joined {
  readonly left: Stage;
  readonly right: Stage;
  /** See `QueryLimits`. */
  readonly heldMax: number | undefined;
}

/** A join that runs. A right join is a left one with its sides exchanged. */
export function joinStage(plan: Join, {left, right, heldMax}: Joined): Stage {
  const operator = joinOperator(plan, heldMax);
  const [first, second] = plan.type === 'right' ? [right, left] : [left, right];
  return {
    plan,
    inputs: [left, right],
    get net() {
      return operator.net === true && left.net && right.net;
    },
    pull(step) {
      const firstDelta = first.pull(step);
      const secondDelta = second.pull(step);
      const quiet = firstDelta.length === 0 && secondDelta.length === 0;
      if (quiet && !step.first) return NOTHING;
      return operator.push(firstDelta, secondDelta);
    },
    rows: operator.rows,
    memory: operator.memory,
    get size() {
      return operator.size;
    },
  };
}

function joinOperator(plan: Join, max: number | undefined): BinaryOperator {
  const leftKeys = plan.keys.map((key) => key.left);
  const rightKeys = plan.keys.map((key) => key.right);
  const leftKey = joinKey(leftKeys);
  const rightKey = joinKey(rightKeys);
  const residual = plan.residual && compilePredicate(plan.residual);
  const pair = pairRow(residual);
  const noLeft = nulls(plan.left.columns.length);
  const noRight = nulls(plan.right.columns.length);
  switch (plan.type) {
    case 'inner':
      return innerJoin(
        {leftKey, rightKey, leftStays: sameKey(leftKeys), rightStays: sameKey(rightKeys)},
        pair,
        max,
      );
    case 'semi':
    case 'anti': {
      const meets = residual && ((l: Row, r: Row) => residual(beside(l, r)));
      return semiJoin({leftKey, rightKey}, {anti: plan.type === 'anti', residual: meets}, max);
    }
    case 'right':
      return outerJoin(
        {
          keptKey: rightKey,
          otherKey: leftKey,
          pair: (kept, other) => pair(other, kept),
          lone: (kept) => beside(noLeft, kept),
          otherLone: undefined,
        },
        max,
      );
    case 'left':
    case 'full':
      return outerJoin(
        {
          keptKey: leftKey,
          otherKey: rightKey,
          pair,
          lone: (kept) => beside(kept, noRight),
          otherLone: plan.type === 'full' ? (other) => beside(noLeft, other) : undefined,
          single: plan.single === true,
        },
        max,
      );
  }
}
