import {editDistance} from '../lib/nearest.ts';

/** Paths of more parts than any that is served are nobody's misspelling. */
const PARTS_MAX = 12;
/** What a part that is missing, or one too many, counts as. */
const PART_EDITS = 3;
const EDITS_MAX = 4;

/**
 * The path among those served that a reader most likely meant. A part such as `:id` of a
 * route is what was asked for in its place. None, where even the nearest is another path.
 */
export function nearestPath(asked: string, routes: Iterable<string>): string | undefined {
  const parts = partsOf(asked);
  if (parts.length > PARTS_MAX) return undefined;
  let best: Way | undefined;
  for (const route of routes) {
    best = wayTo(parts, partsOf(route), best ? best.edits - 1 : EDITS_MAX) ?? best;
  }
  return best && `/${best.path.join('/')}`;
}

const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');

interface Way {
  readonly edits: number;
  readonly path: readonly string[];
}

/** The way of fewest edits from one to the other, within `budget`. */
function wayTo(
  asked: readonly string[],
  route: readonly string[],
  budget: number,
): Way | undefined {
  if (Math.abs(asked.length - route.length) * PART_EDITS > budget) return undefined;
  const [a, ...asks] = asked;
  const [r, ...rest] = route;
  if (a === undefined && r === undefined) return {edits: 0, path: []};
  const steps: {readonly first: Way; readonly to: readonly (readonly string[])[]}[] = [];
  const same = a === undefined || r === undefined ? undefined : together(a, r);
  if (same) steps.push({first: same, to: [asks, rest]});
  if (r !== undefined && !r.startsWith(':')) {
    steps.push({first: {edits: PART_EDITS, path: [r]}, to: [asked, rest]});
  }
  if (a !== undefined) steps.push({first: {edits: PART_EDITS, path: []}, to: [asks, route]});
  let best: Way | undefined;
  for (const {first, to} of steps) {
    const [left = [], right = []] = to;
    const further = wayTo(left, right, (best ? best.edits - 1 : budget) - first.edits);
    if (!further) continue;
    best = {edits: first.edits + further.edits, path: [...first.path, ...further.path]};
  }
  return best;
}

function together(asked: string, of: string): Way | undefined {
  if (of.startsWith(':')) return {edits: 0, path: [asked]};
  const edits = editDistance(asked.toLowerCase(), of);
  const most = Math.ceil(Math.max(asked.length, of.length) / 2);
  return edits <= most ? {edits, path: [of]} : undefined;
}
