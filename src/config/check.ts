import type {z} from 'zod';
import type {Problem} from '../lib/problem.ts';
import {MILLISECONDS} from './fields.ts';
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
  if (absent && typeof path.at(-1) !== 'number') {
    report(problems['missing-key'](facts, {place}));
    return;
  }
  const said = absent ? 'nothing' : found(node, path, expected);
  const hint = absent ? 'remove the "-", or write what it is for' : hintFor(node, expected);
  report(problems['invalid-value']({...facts, found: said, hint}, {place}));
}

/** What would be right, where what was meant is plain to see. */
function hintFor(node: Node, expected: string): string | undefined {
  if (/^a list/.test(expected) && node.kind !== 'list') {
    return 'begin each item on a line of its own with "- ", or write [one, two]';
  }
  if (node.kind !== 'scalar' || !expected.includes(MILLISECONDS)) return undefined;
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)$/.exec(node.text) ?? [];
  return count === undefined ? undefined : `write ${Math.round(Number(count) * UNIT_MS[unit]!)}`;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** Splits the way to a value into whose setting it is and what that is called. */
function settingAt(path: Path): {owner: Path; key: string} {
  const components = ['sources', 'queries', 'reactions'];
  const ownerSteps = components.includes(String(path[0])) && path.length > 2 ? 2 : 0;
  return {owner: path.slice(0, ownerSteps), key: dotted(path.slice(ownerSteps))};
}

const SECRETS: readonly unknown[] = ['apiToken', 'password'];

/** What stands there. A text in the place of a map or list may be anything: not quoted. */
function found(node: Node, path: Path, expected: string): string {
  if (node.kind === 'list') return `a list of ${node.items.length}`;
  if (node.kind === 'map') return 'a map';
  if (SECRETS.includes(path.at(-1))) return 'something else, which is not shown here';
  return /^a (?:list|map)/.test(expected) ? 'a text' : shownValue(node);
}
