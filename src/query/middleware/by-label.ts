import type {Element} from './element.ts';
import {problems} from './problems.ts';
import type {Settings} from './settings.ts';

/** Refuses labels that no table has. */
export function refuseUnknown(
  labels: Iterable<string>,
  elements: readonly Element[],
  name: string,
): void {
  const known = elements.map(({table}) => table.name);
  const missing = [...labels].find((label) => !known.includes(label));
  if (missing === undefined) return;
  throw problems['middleware-without-effect']({name, what: `table "${missing}"`, known});
}

/**
 * The mappings of a label as Drasi has them, for rows that come and for rows that change.
 * Here a node follows from its row, however the row came to be what it is, so both are alike.
 */
export function insertOrUpdate<T>(
  settings: Settings,
  read: (item: Settings) => T,
): {readonly key: string; readonly mappings: readonly T[]} {
  settings.only('insert', 'update', 'delete');
  const listed = (key: string): readonly T[] =>
    settings.keys.includes(key) ? settings.items(key).map(read) : [];
  const [inserts, updates] = [listed('insert'), listed('update')];
  const alike = JSON.stringify(inserts) === JSON.stringify(updates);
  if (inserts.length > 0 && updates.length > 0 && !alike) {
    const hint = 'write the same mappings under insert and update: a node follows from its row';
    settings.unsupported('another mapping for update than for insert', {hint, key: 'update'});
  }
  if (inserts.length + updates.length === 0) settings.refuse('insert', 'a list of mappings');
  return inserts.length > 0
    ? {key: 'insert', mappings: inserts}
    : {key: 'update', mappings: updates};
}

/** What a mapping does with a row that is there, and the kind of what it makes. */
export function refuseOtherThanNodes(item: Settings, {instead}: {instead: string}): void {
  if (item.word('op', ['Insert', 'Update', 'Delete'], 'Insert') === 'Delete') {
    item.unsupported('op: Delete for a row that is there', {hint: instead, key: 'op'});
  }
  if (!item.keys.includes('elementType') || item.optionalText('elementType') === 'Node') return;
  const hint = 'map to a node, and relate it with joins';
  item.unsupported('elementType other than Node', {hint, key: 'elementType'});
}
