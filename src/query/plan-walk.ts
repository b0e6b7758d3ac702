import type {Plan} from './plan.ts';

/** The node with its inputs replaced. */
export function withInputs(plan: Plan, change: (input: Plan) => Plan): Plan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'working':
      return plan;
    case 'join':
      return {...plan, left: change(plan.left), right: change(plan.right)};
    case 'union':
    case 'intersect':
    case 'except':
      return {...plan, inputs: plan.inputs.map(change)};
    case 'recursive':
      return {...plan, base: change(plan.base), step: change(plan.step)};
    default:
      return {...plan, input: change(plan.input)};
  }
}

/** The nodes that a node reads. */
export function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'working':
      return [];
    case 'join':
      return [plan.left, plan.right];
    case 'union':
    case 'intersect':
    case 'except':
      return plan.inputs;
    case 'recursive':
      return [plan.base, plan.step];
    default:
      return [plan.input];
  }
}

/** Whether a node, or one below it, reads what a recursion around it has added. */
export function readsWorking(plan: Plan, done = new Map<Plan, boolean>()): boolean {
  const held = done.get(plan);
  if (held !== undefined) return held;
  // A recursion's step reads its own, which is nobody's outside.
  const inputs = plan.kind === 'recursive' ? [plan.base] : inputsOf(plan);
  const reads = plan.kind === 'working' || inputs.some((input) => readsWorking(input, done));
  done.set(plan, reads);
  return reads;
}
