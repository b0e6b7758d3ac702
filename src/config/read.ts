import {byPlace, type Problem, Problems} from '../lib/problem.ts';
import type {Config} from './config.ts';
import {withConnectionString} from './connection-string.ts';
import {type Ignored, inOneDialect} from './dialect.ts';
import {ofOneInstance} from './instance.ts';
import {type Environment, interpolated} from './interpolate.ts';
import {child, follow, itemsAt, type Node} from './node.ts';
import {checkClashes, type Parts, partsOf} from './parts.ts';
import {problems} from './problems.ts';
import {type Finding, placed, type QueryTexts, queryTexts, type TablesOf} from './query-texts.ts';
import {checkReferences} from './references.ts';
import * as shapes from './shapes.ts';
import {componentName} from './subject.ts';
import {checkTemplates, type TemplateCheck} from './templates.ts';
import {readYaml} from './yaml.ts';

export interface Loaded {
  readonly config: Config;
  readonly warnings: readonly Problem[];
}

/** What others know of the texts in a configuration; what is not given is not checked. */
export interface Checks {
  /** What is wrong with a template. */
  readonly checkTemplate?: TemplateCheck;
  /** What is wrong with a query, whatever the tables are. */
  readonly checkQuery?: (query: QueryTexts) => readonly Finding[];
}

export interface ReadOptions extends Checks {
  readonly text: string;
  /** What problems call the file. */
  readonly file: string;
  readonly env: Environment;
  /** Problems found before, to be told with those found here. */
  readonly before?: readonly Problem[];
}

/**
 * Makes a configuration of a text. Throws Problems with every mistake of the text at once,
 * in the order in which they stand in it.
 */
export function readConfig({text, file, env, before = [], ...checks}: ReadOptions): Loaded {
  const found: Problem[] = [...before];
  const report = (problem: Problem): void => void found.push(problem);
  const written = readYaml(text, file, report);
  if (!written) throw new Problems(found.toSorted(byPlace));

  const dialect = inOneDialect(ofOneInstance(written, report), shapes.file, report);
  const filled = interpolated(dialect.root, env, report);
  const {root, ignored} = withConnectionStrings(filled, report);
  checkReferences(root, report);
  const parts = partsOf(root, report);
  checkClashes(root, parts, report);
  const {checkTemplate, checkQuery} = checks;
  if (checkTemplate) {
    for (const {path} of parts.reactions) checkTemplates(root, path, checkTemplate, report);
  }
  if (checkQuery) checkTexts(root, {check: checkQuery, tablesOf: listedBy(parts), report});
  if (found.length > 0 || !parts.settings) throw new Problems(found.toSorted(byPlace));
  return {
    config: {
      ...parts.settings,
      sources: parts.sources.map(({config}) => config),
      queries: parts.queries.map(({config}) => config),
      reactions: parts.reactions.map(({config}) => config),
    },
    warnings: warningsOf(root, parts, [...dialect.ignored, ...ignored]),
  };
}

function withConnectionStrings(
  root: Node,
  report: (problem: Problem) => void,
): {root: Node; ignored: readonly Ignored[]} {
  const list = child(root, 'sources');
  if (root.kind !== 'map' || list?.kind !== 'list') return {root, ignored: []};
  const spread = list.items.map((source, index) =>
    withConnectionString(source, componentName(root, 'sources', index), report),
  );
  const sources = {...list, items: spread.map(({source}) => source)};
  const entries = root.entries.map((entry) =>
    entry.key === 'sources' ? {...entry, value: sources} : entry,
  );
  return {root: {...root, entries}, ignored: spread.flatMap(({ignored}) => ignored)};
}

function warningsOf(root: Node, parts: Parts, ignored: readonly Ignored[]): Problem[] {
  const warnings: Problem[] = [];
  const [first] = ignored;
  if (first) {
    const names = ignored.map(({name, place}) => `${name} (line ${place.line})`);
    warnings.push(problems['ignored-keys']({names}, {place: first.place}));
  }
  const idle = parts.queries.filter(({config}) => !config.autoStart);
  if (idle[0]) {
    const ids = idle.map(({config}) => config.id);
    const {place} = follow(root, idle[0].path);
    warnings.push(problems['query-not-started']({ids}, {place}));
  }
  return warnings;
}

/** The tables that a source lists; what it does not list it takes from its publication. */
function listedBy({sources}: Parts): TablesOf {
  const listed = new Map(sources.map(({config: {id, tables}}) => [id, tables]));
  return (sourceId) => {
    const tables = listed.get(sourceId);
    return tables?.length ? tables : undefined;
  };
}

/** Reports what is wrong with the texts of queries, those of a query that does not fit too. */
export function checkTexts(
  root: Node,
  {
    check,
    tablesOf,
    report,
  }: {
    readonly check: NonNullable<Checks['checkQuery']>;
    readonly tablesOf: TablesOf;
    readonly report: (problem: Problem) => void;
  },
): void {
  for (const index of itemsAt(root, 'queries').keys()) {
    const path = ['queries', index];
    for (const finding of check(queryTexts(root, path, tablesOf))) {
      const problem = placed(root, path, finding);
      if (problem) report(problem);
    }
  }
}
