import type {Expression} from './expression.ts';
import {filtered, type Push, parted, within} from './optimise-condition.ts';
import {allOf, conjunctsOf, equalityOf, shifted} from './optimise-expression.ts';
import type {Join, Plan} from './plan.ts';

/**
 * A join with conditions from above. What a side alone can judge goes down to it, where
 * the join's type allows; an equality between the sides becomes a key.
 *
 * A condition from above (WHERE) may drop rows of a side that is kept; one of the join
 * itself (ON) decides only which rows meet, and so goes down only to a side that is not.
 */
export function joinWith(node: Join, above: readonly Expression[], push: Push): Plan {
  const width = node.left.columns.length;
  const whole = {from: 0, to: width + node.right.columns.length};
  const isLeft = (part: Expression): boolean => within(part, {from: 0, to: width});
  const isRight = (part: Expression): boolean => within(part, {from: width, to: whole.to});

  const inner = node.type === 'inner';
  const on = [...conjunctsOf(node.residual), ...(inner ? above : [])];
  const keepsLeft = node.type === 'left' || node.type === 'full' || node.type === 'anti';
  const keepsRight = node.type === 'right' || node.type === 'full';

  const [aboveLeft, aboveRest] = parted(inner ? [] : above, (part) => {
    return node.type !== 'right' && node.type !== 'full' && isLeft(part);
  });
  const [aboveRight, stay] = parted(aboveRest, (part) => node.type === 'right' && isRight(part));
  const [onLeft, onRest] = parted(on, (part) => !keepsLeft && isLeft(part));
  const [onRight, between] = parted(onRest, (part) => !keepsRight && isRight(part));

  const {keys, rest} = keysAmong(between, {isLeft, isRight, width});
  return filtered(
    {
      ...node,
      left: push(node.left, [...aboveLeft, ...onLeft]),
      right: push(
        node.right,
        [...aboveRight, ...onRight].map((part) => shifted(part, -width)),
      ),
      keys: [...node.keys, ...keys],
      residual: allOf(rest),
    },
    stay,
  );
}

function keysAmong(
  conjuncts: readonly Expression[],
  {
    isLeft,
    isRight,
    width,
  }: {
    isLeft: (part: Expression) => boolean;
    isRight: (part: Expression) => boolean;
    width: number;
  },
): {keys: Join['keys'][number][]; rest: Expression[]} {
  const keys: Join['keys'][number][] = [];
  const rest: Expression[] = [];
  for (const conjunct of conjuncts) {
    const equality = equalityOf(conjunct);
    if (equality && isLeft(equality.left) && isRight(equality.right)) {
      keys.push({left: equality.left, right: shifted(equality.right, -width)});
    } else if (equality && isRight(equality.left) && isLeft(equality.right)) {
      keys.push({left: equality.right, right: shifted(equality.left, -width)});
    } else rest.push(conjunct);
  }
  return {keys, rest};
}
