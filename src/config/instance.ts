import type {Problem} from '../lib/problem.ts';
import {child, entry, itemsAt, type MapNode} from './node.ts';
import {problems} from './problems.ts';

/**
 * The file with its one entry of `instances` (Drasi's way to run several services in one
 * process) at the top, as if it had been written there. A process of Tailrace is one
 * instance, so several are refused: merged, their ids and ports would get in each other's
 * way. What both the top and the instance say is reported later, as given twice.
 */
export function ofOneInstance(root: MapNode, report: (problem: Problem) => void): MapNode {
  const found = entry(root, 'instances');
  if (!found) return root;
  const rest = root.entries.filter((entry) => entry !== found);
  const instances = itemsAt(root, 'instances');
  const [only] = instances;
  if (instances.length > 1) {
    const facts = {count: instances.length};
    report(problems['several-instances'](facts, {place: found.keyPlace}));
  }
  if (only?.kind !== 'map') return {...root, entries: rest};
  const entries = only.entries.filter(({key}) => key !== 'id' || !child(root, 'id'));
  return {...root, entries: [...rest, ...entries]};
}
