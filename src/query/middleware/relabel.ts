import type {Step} from './middleware.ts';
import {problems} from './problems.ts';
import type {Settings} from './settings.ts';

/** Other labels for tables, and other types for relationships that are foreign keys. */
export function relabel(settings: Settings): Step {
  settings.only('labelMappings');
  const mappings = settings.within('labelMappings');
  if (mappings.keys.length === 0) settings.refuse('labelMappings', 'a map of labels to labels');
  const labels = new Map(mappings.keys.map((key) => [key, mappings.text(key)]));
  const relabelled = (label: string): string => labels.get(label) ?? label;
  return (elements) => {
    const known = elements.flatMap(({table}) => [
      table.name,
      ...table.foreignKeys.map(({name}) => name),
    ]);
    if (!known.some((label) => labels.has(label))) {
      const what = `label of ${[...labels.keys()].join(', ')}`;
      throw problems['middleware-without-effect']({name: settings.name, what, known});
    }
    return elements.map(({table, plan}) => ({
      plan,
      table: {
        ...table,
        name: relabelled(table.name),
        foreignKeys: table.foreignKeys.map((key) => ({...key, name: relabelled(key.name)})),
      },
    }));
  };
}
