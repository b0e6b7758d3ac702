import type {Row} from '../data/value.ts';
import {compilePredicate} from './evaluate.ts';
import {innerJoin} from './operators/inner-join.ts';
import {nulls, pairRow} from './operators/join.ts';
import {joinKey} from './operators/keys.ts';
import type {BinaryOperator} from './operators/operator.ts';
import {outerJoin} from './operators/outer-join.ts';
import {semiJoin} from './operators/semi-join.ts';
import type {Join} from './plan.ts';
import {type Stage, wideStage} from './stage.ts';

/** A join that runs. A right join is a left one with its sides exchanged. */
export function joinStage(plan: Join, left: Stage, right: Stage): Stage {
  const operator = joinOperator(plan);
  return wideStage(plan, [left, right], {
    push: ([leftDelta = [], rightDelta = []]) =>
      plan.type === 'right'
        ? operator.push(rightDelta, leftDelta)
        : operator.push(leftDelta, rightDelta),
    get size() {
      return operator.size;
    },
  });
}

function joinOperator(plan: Join): BinaryOperator {
  const leftKey = joinKey(plan.keys.map((key) => key.left));
  const rightKey = joinKey(plan.keys.map((key) => key.right));
  const residual = plan.residual && compilePredicate(plan.residual);
  const pair = pairRow(residual);
  const noLeft = nulls(plan.left.columns.length);
  const noRight = nulls(plan.right.columns.length);
  switch (plan.type) {
    case 'inner':
      return innerJoin({leftKey, rightKey}, pair);
    case 'semi':
    case 'anti': {
      const meets = residual && ((l: Row, r: Row) => residual(l.concat(r)));
      return semiJoin({leftKey, rightKey}, {anti: plan.type === 'anti', residual: meets});
    }
    case 'right':
      return outerJoin({
        keptKey: rightKey,
        otherKey: leftKey,
        pair: (kept, other) => pair(other, kept),
        lone: (kept) => noLeft.concat(kept),
        otherLone: undefined,
      });
    case 'left':
    case 'full':
      return outerJoin({
        keptKey: leftKey,
        otherKey: rightKey,
        pair,
        lone: (kept) => kept.concat(noRight),
        otherLone: plan.type === 'full' ? (other) => noLeft.concat(other) : undefined,
      });
  }
}
