import {own} from '../lib/own.ts';
import type {Place, Problem} from '../lib/problem.ts';
import {
  type Entry,
  type MapNode,
  type Node,
  type ScalarNode,
  scalar,
  textAt,
  unresolved,
} from './node.ts';
import {problems} from './problems.ts';
import {shown} from './shown.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Texts in which `${` may have a meaning of its own. */
const VERBATIM = ['query', 'template'];

/**
 * Replaces references to environment variables in values, wherever they stand in a text:
 * `${NAME}`, `${NAME:-default}` (also where the variable is empty, as in a shell), and
 * Drasi's `{kind: EnvironmentVariable, name, default}`. `$${` stands for `${` itself.
 * It works on what was parsed, so no variable can add structure to the file, and what a
 * variable holds is not read again. Query texts, templates and keys stay as they are.
 */
export function interpolated(
  node: Node,
  env: Environment,
  report: (problem: Problem) => void,
): Node {
  const within = (node: Node, key?: string): Node => {
    if (node.kind === 'list') return {...node, items: node.items.map((item) => within(item))};
    if (node.kind === 'map') {
      if (isStructured(node)) return structured(node, env, report);
      const value = (entry: Entry): Entry => ({...entry, value: within(entry.value, entry.key)});
      return {...node, entries: node.entries.map(value)};
    }
    return VERBATIM.includes(key ?? '') ? node : inText(node, env, report);
  };
  return within(node);
}

const isStructured = (node: MapNode): boolean =>
  ['EnvironmentVariable', 'Secret'].includes(textAt(node, 'kind') ?? '');

function structured(node: MapNode, env: Environment, report: (problem: Problem) => void): Node {
  const name = textAt(node, 'name');
  const {place} = node;
  if (name === undefined) {
    const reason = `a "${textAt(node, 'kind')}" needs the key "name"`;
    report(problems['malformed-reference']({reason}, {place}));
    return unresolved(place);
  }
  if (textAt(node, 'kind') === 'Secret') {
    report(problems['secret-reference']({name: shown(name)}, {place}));
    return unresolved(place);
  }
  const value = own(env, name) ?? textAt(node, 'default');
  if (value !== undefined) return scalar(value, place, `what ${shown(name)} holds`);
  report(problems['unset-variable']({name: shown(name)}, {place}));
  return unresolved(place);
}

/** An escape, a whole reference, or the beginning of what should have been one. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(:-((?:(?!\$\{)[^}])*))?\}|\$\{/g;

function inText(node: ScalarNode, env: Environment, report: (problem: Problem) => void): Node {
  if (!node.text.includes('${')) return node;
  const names: string[] = [];
  let resolved = true;
  const text = node.text.replaceAll(
    REFERENCE,
    (all: string, name?: string, hasDefault?: string, otherwise?: string) => {
      if (all === '$${') return '${';
      if (name === undefined) {
        resolved = false;
        reportMalformed(node.place, report);
        return '';
      }
      names.push(name);
      const value = hasDefault ? own(env, name) || otherwise : own(env, name);
      if (value !== undefined) return value;
      resolved = false;
      report(problems['unset-variable']({name: shown(name)}, {place: node.place}));
      return '';
    },
  );
  const shownAs = names.length > 0 ? `what ${names.join(' and ')} holds` : `"${shown(text)}"`;
  return resolved ? {...node, text, shownAs} : unresolved(node.place);
}

function reportMalformed(place: Place, report: (problem: Problem) => void): void {
  const reason = 'after "${" comes no name with a closing brace, or a default holds "${"';
  report(problems['malformed-reference']({reason}, {place}));
}
