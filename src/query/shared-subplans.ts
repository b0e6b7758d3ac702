import type {TableId} from '../data/schema.ts';
import type {Join, Plan, Scan} from './plan.ts';
import {inputsOf, withInputs} from './plan-walk.ts';

/**
 * Which parts of a plan can run once for several queries, each of which then reads its rows
 * as it reads a table's. Those are the nodes that remember much (groups, distinct rows,
 * pairs), where all that they and what is below them remember follows from the rows of the
 * tables, so that whoever joins later finds what it would have made itself.
 *
 * Left out is, therefore, whatever has a time or a history below it. Outer joins have one:
 * which of a row's matches has the place of the row with nulls. It is hidden by an
 * aggregate that looks at values alone, and by DISTINCT. For the same reason nothing is
 * shared below the side of an outer join that rows may be missing from: the order in which
 * rows come at first would tell the identities of the pairs.
 */
export interface Subplans {
  /** The topmost nodes that `share` is true of, each with a scan in its place. */
  replaced(share: (subplan: Plan) => Scan | undefined): Plan;
  /** All nodes that could be shared. */
  readonly all: ReadonlySet<Plan>;
}

export function subplansOf(root: Plan): Subplans {
  const shareable = shareableIn(root);
  const all = new Set<Plan>();
  eachPlace(root, (plan) => {
    if (shareable(plan)) all.add(plan);
  });

  return {
    all,
    replaced(share) {
      const done = {open: new Map<Plan, Plan>(), closed: new Map<Plan, Plan>()};
      const visit = (plan: Plan, open: boolean): Plan => {
        const places = open ? done.open : done.closed;
        const held = places.get(plan);
        if (held) return held;
        const scan = open && shareable(plan) ? share(plan) : undefined;
        const made = scan ?? changed(plan, (input) => visit(input, opens(plan, input, open)));
        places.set(plan, made);
        return made;
      };
      return visit(root, true);
    },
  };
}

/** The tables that a plan reads, those below shared subplans included. */
export function tablesOf(root: Plan): ReadonlySet<TableId> {
  const tables = new Set<TableId>();
  const seen = new Set<Plan>();
  const visit = (plan: Plan): void => {
    if (seen.has(plan)) return;
    seen.add(plan);
    if (plan.kind !== 'scan') inputsOf(plan).forEach(visit);
    else if (plan.of) visit(plan.of);
    else tables.add(plan.table);
  };
  visit(root);
  return tables;
}

/** The node itself where its inputs stay: a node in several places stays one node. */
function changed(plan: Plan, change: (input: Plan) => Plan): Plan {
  const inputs = inputsOf(plan);
  if (inputs.every((input) => change(input) === input)) return plan;
  return withInputs(plan, change);
}

/** Calls `visit` for each node that stands where something may be shared. */
function eachPlace(root: Plan, visit: (plan: Plan) => void): void {
  const seen = {open: new Set<Plan>(), closed: new Set<Plan>()};
  const walk = (plan: Plan, open: boolean): void => {
    const places = open ? seen.open : seen.closed;
    if (places.has(plan)) return;
    places.add(plan);
    if (open) visit(plan);
    for (const input of inputsOf(plan)) walk(input, opens(plan, input, open));
  };
  walk(root, true);
}

/** Whether something may be shared at an input of a node, or below it. */
function opens(plan: Plan, input: Plan, open: boolean): boolean {
  // Two nodes of one recursion, with and without a shared part, would run the rest of its
  // step by one and the same operators, each by rounds of its own.
  if (plan.kind === 'recursive') return false;
  if (!open || !hasHistory(plan)) return open;
  if (plan.left === plan.right) return false;
  if (plan.type === 'left') return input === plan.left;
  return plan.type === 'right' && input === plan.right;
}

type Nature = 'of its rows' | 'with a history to hide' | 'its own';

/** Says of a plan's nodes whether they can be shared. */
function shareableIn(root: Plan): (plan: Plan) => boolean {
  const natures = new Map<Plan, Nature>();
  const natureOf = (plan: Plan): Nature => {
    const held = natures.get(plan);
    if (held) return held;
    const nature = natureAbove(plan, inputsOf(plan).map(natureOf));
    natures.set(plan, nature);
    return nature;
  };
  natureOf(root);
  return (plan) =>
    remembersMuch(plan) && natureOf(plan) === 'of its rows' && tablesOf(plan).size > 0;
}

/** With a time below it, or with what costs too much to be told in the same order twice. */
const ITS_OWN = new Set<Plan['kind']>(['timed', 'window', 'batch', 'recursive', 'working']);

function natureAbove(plan: Plan, below: readonly Nature[]): Nature {
  const own = ITS_OWN.has(plan.kind) || below.includes('its own');
  if (own) return 'its own';
  if (hasHistory(plan)) return 'with a history to hide';
  if (hidesIdentity(plan) || !below.includes('with a history to hide')) return 'of its rows';
  return asksIdentity(plan) ? 'its own' : 'with a history to hide';
}

const remembersMuch = (plan: Plan): boolean =>
  plan.kind === 'aggregate' ||
  plan.kind === 'distinct' ||
  (plan.kind === 'join' && plan.type === 'inner');

/** Whether the identities of the rows below cannot be told from those of the node. */
const hidesIdentity = (plan: Plan): boolean =>
  plan.kind === 'aggregate'
    ? plan.aggregates.every((call) => call.function.kind === 'running')
    : plan.kind === 'distinct' && plan.on === undefined;

/** Whether which of equal rows is the first, by their identities, is seen in its rows. */
const asksIdentity = ({kind}: Plan): boolean =>
  kind === 'aggregate' || kind === 'distinct' || kind === 'order';

const hasHistory = (plan: Plan): plan is Join =>
  plan.kind === 'join' &&
  (plan.type === 'left' || plan.type === 'right' || plan.type === 'full') &&
  plan.single !== true;
