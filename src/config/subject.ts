import {type Node, type Path, textAt} from './node.ts';
import {shown} from './shown.ts';

const SINGULAR: Readonly<Record<string, string>> = {
  sources: 'source',
  queries: 'query',
  reactions: 'reaction',
};

/** What problems call the map at `path`: `query "late", joins 1`, or the configuration. */
export function subject(root: Node, path: Path): string {
  const [list, index, ...rest] = path.map(String);
  if (list === undefined) return 'the configuration';
  const kind = SINGULAR[list];
  if (kind === undefined || index === undefined) return dotted(path);
  const component = componentName(root, list, Number(index));
  return rest.length === 0 ? component : `${component}, ${dotted(rest)}`;
}

/** `query "late"`, or `query 3` when it has no id to be called by. */
export function componentName(root: Node, list: string, index: number): string {
  const components = root.kind === 'map' ? root.entries.find(({key}) => key === list) : undefined;
  const node = components?.value.kind === 'list' ? components.value.items[index] : undefined;
  const id = textAt(node, 'id');
  return `${SINGULAR[list] ?? list} ${id === undefined ? index + 1 : `"${shown(id)}"`}`;
}

/** `routes.late.added`, and the third of a list as `joins 3`. */
export function dotted(path: Path): string {
  return path
    .map((step) =>
      /^\d+$/.test(String(step)) ? ` ${Number(step) + 1}` : `.${shown(String(step))}`,
    )
    .join('')
    .replace(/^[. ]/, '');
}
