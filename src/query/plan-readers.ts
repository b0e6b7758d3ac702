import type {Plan} from './plan.ts';
import {inputsOf} from './plan-walk.ts';

/**
 * Whether a projection judges the filter right below it in its own loop, so that it reads
 * what is below the filter.
 */
export const judgesFilter = (
  plan: Plan,
): plan is Extract<Plan, {kind: 'project'}> & {readonly input: Extract<Plan, {kind: 'filter'}>} =>
  plan.kind === 'project' && plan.input.kind === 'filter';

/**
 * The nodes that more than one operator reads: each of them works once a step and keeps
 * its answer for the others. A node that one operator reads twice counts as well.
 */
export function readByMany(root: Plan): ReadonlySet<Plan> {
  const read = new Set<Plan>();
  const many = new Set<Plan>();
  const visit = (plan: Plan): void => {
    for (const input of judgesFilter(plan) ? [plan.input.input] : inputsOf(plan)) {
      if (read.has(input)) many.add(input);
      else {
        read.add(input);
        visit(input);
      }
    }
  };
  visit(root);
  return many;
}
