import type {z} from 'zod';
import type {Problem} from '../lib/problem.ts';
import {follow, type Node, type Path, plain} from './node.ts';
import {problems} from './problems.ts';
import {shownValue} from './shown.ts';
import {dotted, subject} from './subject.ts';

/**
 * The part of the file at `path`, typed and with its defaults; undefined where it does
 * not fit the schema, and then every reason was reported, each where it stands.
 */
export function checked<T extends z.ZodType>(
  root: Node,
  path: Path,
  schema: T,
  report: (problem: Problem) => void,
): z.output<T> | undefined {
  const {node} = follow(root, path);
  const result = schema.safeParse(node && plain(node));
  if (result.success) return result.data;
  const told = new Set<string>();
  for (const issue of result.error.issues) {
    const place = [...path, ...issue.path];
    const key = place.map(String).join('\0');
    if (told.has(key)) continue;
    told.add(key);
    reportIssue(root, place, issue.message, report);
  }
  return undefined;
}

function reportIssue(
  root: Node,
  path: Path,
  expected: string,
  report: (problem: Problem) => void,
): void {
  const {node, place} = follow(root, path);
  if (node?.kind === 'scalar' && node.unresolved) return;
  const {owner, key} = settingAt(path);
  const facts = {subject: subject(root, owner), key, expected};
  const absent = !node || (node.kind === 'scalar' && node.empty);
  report(
    absent
      ? problems['missing-key'](facts, {place})
      : problems['invalid-value']({...facts, found: found(node, path, expected)}, {place}),
  );
}

/** Splits the way to a value into whose setting it is and what that is called. */
function settingAt(path: Path): {owner: Path; key: string} {
  const components = ['sources', 'queries', 'reactions'];
  const ownerSteps = components.includes(String(path[0])) && path.length > 2 ? 2 : 0;
  return {owner: path.slice(0, ownerSteps), key: dotted(path.slice(ownerSteps))};
}

const SECRETS: readonly unknown[] = ['apiToken', 'password'];

/** What stands there. A text in the place of a map or list may be anything: not quoted. */
function found(node: Node, path: Path, expected: string): string {
  if (node.kind !== 'scalar') return `a ${node.kind}`;
  if (SECRETS.includes(path.at(-1))) return 'something else, which is not shown here';
  return /^a (?:list|map)/.test(expected) ? 'a text' : shownValue(node);
}
