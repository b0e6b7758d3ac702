import type {Problem} from '../lib/problem.ts';
import {entry, follow, type Node, type Path, textAt} from './node.ts';
import {problems} from './problems.ts';
import {inText} from './query-place.ts';
import {subject} from './subject.ts';

/**
 * What is wrong with a template, in words; undefined when nothing is. Handed in by whoever
 * renders templates, so that what passes here is what will render there, and so that
 * reading a configuration does not need the renderer.
 */
export type TemplateCheck = (text: string) => string | undefined;

const OPERATIONS = ['added', 'updated', 'deleted'];

/** Reports the templates of the reaction at `path`, and of its paths, that do not compile. */
export function checkTemplates(
  root: Node,
  path: Path,
  check: TemplateCheck,
  report: (problem: Problem) => void,
): void {
  for (const operation of operationsOf(root, path)) {
    const {node} = follow(root, operation);
    for (const key of ['template', 'path']) {
      const text = textAt(node, key);
      const reason = text === undefined ? undefined : check(text);
      if (reason === undefined) continue;
      const facts = {subject: subject(root, operation), reason};
      const value = entry(node, key)?.value;
      const place =
        value?.kind === 'scalar'
          ? inText(value.textPlace, {line: 1, column: 1})
          : follow(root, operation).place;
      report(problems['template-syntax'](facts, {place}));
    }
  }
}

/** The ways to every `added`, `updated` and `deleted` of a reaction. */
function operationsOf(root: Node, reaction: Path): Path[] {
  const {node} = follow(root, [...reaction, 'routes']);
  const routes = node?.kind === 'map' ? node.entries.map(({key}) => key) : [];
  const groups = [...routes.map((id) => ['routes', id]), ['defaultTemplate']];
  return groups.flatMap((group) =>
    OPERATIONS.map((operation) => [...reaction, ...group, operation]),
  );
}
