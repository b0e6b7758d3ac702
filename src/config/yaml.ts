import {parseEvents, YAMLException} from 'js-yaml';
import {type Place, Problem} from '../lib/problem.ts';
import {textPlaces} from '../lib/text-places.ts';
import {fileLimits} from './config.ts';
import type {MapNode, Node} from './node.ts';
import {problems} from './problems.ts';
import {lineMistake} from './yaml-lines.ts';
import {yamlReason} from './yaml-reasons.ts';
import {YamlTree} from './yaml-tree.ts';

type Report = (problem: Problem) => void;

/** The nodes of a configuration file; undefined where it is none, and that was reported. */
export function readYaml(text: string, file: string, report: Report): MapNode | undefined {
  const document = readDocument(text, {file, aliases: 'expanded', report});
  if (!document) return undefined;
  const {root} = document;
  if (root?.kind === 'map') return root;
  const place = root?.place ?? {file, line: 1, column: 1};
  const empty = !root || (root.kind === 'scalar' && root.empty);
  report(
    empty
      ? problems['config-empty']({file}, {place})
      : problems['config-not-a-map']({found: root.kind}, {place}),
  );
  return undefined;
}

export interface DocumentOptions {
  /** What problems call it. */
  readonly file: string;
  /** `refused`: for a text of a stranger, which is to stand for no more than it is. */
  readonly aliases: 'expanded' | 'refused';
  readonly report: Report;
}

/**
 * The nodes of a YAML 1.2 document (core schema, with merge keys), each with its place.
 * A duplicate key is reported and its first value kept; what makes the rest unreadable
 * is reported and gives undefined. No problem quotes the text: it may hold a password.
 */
export function readDocument(
  text: string,
  {file, aliases, report}: DocumentOptions,
): {readonly root: Node | undefined} | undefined {
  if (text.length > fileLimits.characters) {
    const facts = {what: 'characters', found: text.length, max: fileLimits.characters};
    report(problems['config-too-large'](facts, {place: {file, line: 1, column: 1}}));
    return undefined;
  }
  const placeOf = places(text, file);
  try {
    const events = parseEvents(text, {maxDepth: fileLimits.depth});
    return {root: new YamlTree({text, events, placeOf, aliases, report}).document()};
  } catch (error) {
    if (error instanceof Problem) report(error);
    else if (error instanceof YAMLException) report(syntaxProblem(error, text, placeOf));
    else throw error;
  }
  return undefined;
}

/** Finds line and column of an offset. */
export function places(text: string, file: string): (offset: number) => Place {
  const placeOf = textPlaces(text, text.startsWith('\uFEFF') ? 1 : 0);
  return (offset) => ({file, ...placeOf(offset)});
}

function syntaxProblem(
  error: YAMLException,
  text: string,
  placeOf: (offset: number) => Place,
): Problem {
  const position = error.mark?.position ?? 0;
  const said = error.reason.replaceAll(/\s*"[^"]*"|: .*$/gs, '');
  const mistake = lineMistake(said, text, position);
  const place = placeOf(mistake?.offset ?? position);
  return problems['yaml-syntax'](mistake ?? yamlReason(said, text[position]), {place});
}
