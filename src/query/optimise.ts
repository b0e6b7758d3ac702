import type {Plan} from './plan.ts';

/** A plan with the same rows under the same identities, for less work. */
export function optimise(plan: Plan): Plan {
  return plan;
}
