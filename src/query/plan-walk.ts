import type {Plan} from './plan.ts';

/** The node with its inputs replaced. */
export function withInputs(plan: Plan, change: (input: Plan) => Plan): Plan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
      return plan;
    case 'join':
      return {...plan, left: change(plan.left), right: change(plan.right)};
    case 'union':
    case 'intersect':
    case 'except':
      return {...plan, inputs: plan.inputs.map(change)};
    default:
      return {...plan, input: change(plan.input)};
  }
}

/** The nodes that a node reads. */
export function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
      return [];
    case 'join':
      return [plan.left, plan.right];
    case 'union':
    case 'intersect':
    case 'except':
      return plan.inputs;
    default:
      return [plan.input];
  }
}
