import type {Expression} from './expression.ts';
import {filtered, type Push, parted, within} from './optimise-condition.ts';
import {columnsOf, conjunctsOf, holdsFold, overColumns} from './optimise-expression.ts';
import {joinWith} from './optimise-join.ts';
import type {Aggregate, Plan, Timed, Unnest} from './plan.ts';
import {withInputs} from './plan-walk.ts';

/**
 * Every condition as near to the tables as it can be judged. A node that stands in
 * several places is left as it is, since what is above it differs.
 */
export function pushedDown(plan: Plan): Plan {
  const places = countPlaces(plan);
  const done = new Map<Plan, Plan>();
  return push(plan, []);

  function push(node: Plan, conjuncts: readonly Expression[]): Plan {
    if ((places.get(node) ?? 0) < 2) return into(node, conjuncts, push);
    const held = done.get(node) ?? into(node, [], push);
    done.set(node, held);
    return filtered(held, conjuncts);
  }
}

function into(node: Plan, conjuncts: readonly Expression[], push: Push): Plan {
  switch (node.kind) {
    case 'filter':
      return push(node.input, [...conjuncts, ...conjunctsOf(node.predicate)]);
    case 'project': {
      const {expressions} = node;
      const movable = (conjunct: Expression): boolean =>
        !holdsFold(conjunct) && [...columnsOf(conjunct)].every((i) => expressions[i]);
      const [down, stay] = parted(conjuncts, movable);
      const below = down.map((part) => overColumns(part, (i) => expressions[i]!));
      return filtered({...node, input: push(node.input, below)}, stay);
    }
    case 'join':
      return joinWith(node, conjuncts, push);
    case 'aggregate':
      return aggregateWith(node, conjuncts, push);
    case 'order': {
      if (node.offset > 0 || node.limit !== undefined) break;
      return {...node, input: push(node.input, conjuncts)};
    }
    case 'timed':
      // A row that a condition leaves out and takes in again would lose its history.
      if (node.functions.some((call) => call.function.history)) break;
      return besideWith(node, conjuncts, push);
    case 'unnest':
      return besideWith(node, conjuncts, push);
    case 'distinct':
      if (node.on) break;
      return {...node, input: push(node.input, conjuncts)};
    case 'union':
      return {...node, inputs: node.inputs.map((input) => push(input, conjuncts))};
    default:
      break;
  }
  return filtered(
    withInputs(node, (input) => push(input, [])),
    conjuncts,
  );
}

/** A node that adds columns to its input's: what reads only the input's goes below. */
function besideWith(node: Unnest | Timed, conjuncts: readonly Expression[], push: Push): Plan {
  const width = node.input.columns.length;
  const [down, stay] = parted(conjuncts, (conjunct) => within(conjunct, {from: 0, to: width}));
  return filtered({...node, input: push(node.input, down)}, stay);
}

/** A condition on the groups' own values holds for a whole group, or for none of its rows. */
function aggregateWith(node: Aggregate, conjuncts: readonly Expression[], push: Push): Plan {
  const {groupBy} = node;
  // Without groups there is a row over nothing, which a condition below would not drop.
  const movable = (conjunct: Expression): boolean =>
    groupBy.length > 0 && within(conjunct, {from: 0, to: groupBy.length});
  const [down, stay] = parted(conjuncts, movable);
  const below = down.map((part) => overColumns(part, (i) => groupBy[i]!));
  return filtered({...node, input: push(node.input, below)}, stay);
}

/** In how many places each node stands. */
function countPlaces(plan: Plan, places = new Map<Plan, number>()): Map<Plan, number> {
  const count = (places.get(plan) ?? 0) + 1;
  places.set(plan, count);
  if (count > 1) return places;
  withInputs(plan, (input) => {
    countPlaces(input, places);
    return input;
  });
  return places;
}
