import {anyJson} from '../../data/any.ts';
import type {Column, Table} from '../../data/schema.ts';
import {ANY, BOOL, INT8, TEXT} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import type {Problem} from '../../lib/problem.ts';

import {call, lenient} from '../cypher/lower/function.ts';
import {DOCUMENT, hiddenColumn} from '../cypher/lower/open-node.ts';
import {column} from '../cypher/lower/scope.ts';
import {documentValue} from '../cypher/lower/several.ts';
import {anyText} from '../cypher/values/any.ts';
import {CypherMap} from '../cypher/values/map.ts';
import type {BatchFunction, Plan} from '../plan.ts';
import {insertOrUpdate, refuseOtherThanNodes, refuseUnknown} from './by-label.ts';
import {type Element, identityOf} from './element.ts';
import {type Jq, jqItems, jqMistakes, jqProgram} from './jq-program.ts';
import {ascending, lastOf} from './last-of.ts';
import type {Step, StepTools} from './middleware.ts';
import {problems} from './problems.ts';
import type {Settings} from './settings.ts';

interface Mapping {
  readonly query: string;
  readonly id: string | undefined;
  readonly label: string | undefined;
  /** Whether a row that the program fails on fails the query; else it has no nodes. */
  readonly halts: boolean;
}

/** Rows in one run of jq: so many share what a run costs, and its limit of time. */
const ROWS_MAX = 1000;

/**
 * Rows as the objects that jq programs make of them. As with `map`, what comes out is a
 * function of the rows that there are: insert and update must map alike, and a node goes
 * with its row. Of several rows with one id the one with the greatest key counts.
 */
export function jqMapper(settings: Settings, {jq: checker}: StepTools): Step {
  const extended = settings.keys.includes('mappings');
  const labels = extended ? settings.within('mappings') : settings;
  if (labels.keys.length === 0) settings.refuse('', 'a map of labels to mappings');
  if (extended) settings.only('mappings', 'preserve_input', 'reconcile');
  const preserves = extended && settings.flag('preserve_input', false);
  const byLabel = new Map(
    labels.keys.map((label) => {
      const read = (item: Settings): Mapping => mappingOf(item, checker);
      return [label, insertOrUpdate(labels.within(label), read)];
    }),
  );
  return (elements, {jq}) => {
    const nodesOf = (element: Element, {key, mappings}: Mappings = NONE): readonly Element[] =>
      mappings.map((mapping, place) => {
        const setting = `${element.table.name}.${key}[${place}]`;
        return mapped(element, mapping, {name: settings.name, setting, place, jq});
      });
    refuseUnknown(byLabel.keys(), elements, settings.name);
    const made = elements.flatMap((element) => nodesOf(element, byLabel.get(element.table.name)));
    return preserves ? [...elements, ...made] : made;
  };
}

type Mappings = ReturnType<typeof insertOrUpdate<Mapping>>;

const NONE: Mappings = {key: '', mappings: []};

function mappingOf(item: Settings, jq: Jq | undefined): Mapping {
  item.only('op', 'label', 'id', 'elementType', 'query', 'haltOnError');
  refuseOtherThanNodes(item, {instead: 'leave rows out with `if … then … else empty end`'});
  return {
    query: programAt(item, 'query', jq) ?? item.text('query'),
    id: programAt(item, 'id', jq),
    label: labelOf(item),
    halts: item.flag('haltOnError', true),
  };
}

/** A program, once jq has read it; what jq cannot read is refused, each mistake in its place. */
function programAt(item: Settings, key: string, jq: Jq | undefined): string | undefined {
  const program = item.optionalText(key);
  // To jq, a C program, the text would end there.
  if (program?.includes('\0')) item.refuse(key, 'a program of jq: the character U+0000 ends it');
  const wrong = program && jq?.check(program);
  for (const {what, detail, within} of wrong ? jqMistakes(wrong, program ?? '') : []) {
    item.refuse(key, `a program of jq: ${what}`, {detail, within});
  }
  return program;
}

/** A label is a jq program too; here it is a text, since a query must know its labels. */
function labelOf(item: Settings): string | undefined {
  const written = item.optionalText('label');
  if (written === undefined) return undefined;
  const label = /^"((?:[^"\\])+)"$/.exec(written.trim())?.[1];
  if (label !== undefined) return label;
  const hint = `write a text of jq: '"Vehicle"', and a mapping for each label`;
  item.unsupported('a label that is computed', {hint, key: 'label'});
  return undefined;
}

interface Making extends StepTools {
  readonly name: string;
  /** Where the mapping stands in the settings, for messages. */
  readonly setting: string;
  /** Which of its table's mappings it is. */
  readonly place: number;
}

function mapped(element: Element, mapping: Mapping, making: Making): Element {
  const {table, plan} = element;
  const own = identityOf(element);
  const width = plan.columns.length;
  const batch: Plan = {
    kind: 'batch',
    columns: [...plan.columns, {name: 'items', type: ANY}],
    input: plan,
    argument: documentValue(table),
    function: runner(mapping, making),
  };
  const items: Plan = {
    kind: 'unnest',
    columns: [...batch.columns, {name: 'item', type: ANY}, {name: 'position', type: INT8}],
    input: batch,
    list: column(width, ANY),
    outer: false,
    ordinality: true,
  };
  const places = [...own.map(({index, type}) => column(index, type)), column(width + 2, INT8)];
  const key =
    mapping.id === undefined
      ? call(OWN_ID, places, TEXT)
      : call(GIVEN_ID, [column(width + 1, ANY)], TEXT);
  const columns: readonly Column[] = [{name: hiddenColumn('key'), type: TEXT}, DOCUMENT];
  const identities = own.map(({name, type}) => ({name, type}));
  const named: Plan = {
    kind: 'project',
    columns: [...columns, ...identities, {name: 'position', type: INT8}],
    input: items,
    expressions: [key, call(ITEM, [column(width + 1, ANY)], ANY), ...places],
  };
  const made: Table = {
    id: `\0${making.name}/${making.place}:${table.id}`,
    schema: table.schema,
    name: mapping.label ?? table.name,
    columns,
    keyColumns: [0],
    foreignKeys: [],
  };
  return {table: made, plan: lastById(named, columns)};
}

/** Of the rows with one id the last, by the columns behind the node's own. */
function lastById(named: Plan, columns: readonly Column[]): Plan {
  const by = named.columns
    .slice(columns.length)
    .map(({type}, i) => ascending(columns.length + i, type));
  const absent = {kind: 'isNull', arg: column(0, TEXT), type: BOOL} as const;
  return {
    kind: 'aggregate',
    columns,
    input: {
      kind: 'filter',
      columns: named.columns,
      input: named,
      predicate: {kind: 'not', arg: absent, type: BOOL},
    },
    groupBy: [column(0, TEXT)],
    aggregates: [lastOf(1, ANY, by)],
  };
}

const part = (of: string) => (value: Value) => (value instanceof CypherMap ? value.get(of) : null);

const ITEM = lenient('item', (value) => part('item')(value ?? null));
const GIVEN_ID = lenient('id of item', (value) => {
  const id = part('id')(value ?? null);
  return id === null || typeof id === 'string' ? id : anyText(id);
});
const OWN_ID = lenient('own id', (...values) => anyText(values));

const HALTED = 'mend the row or the program, or set haltOnError: false for this mapping';

/** What jq makes of the rows: for each a list of maps `{item, id}`. */
function runner(mapping: Mapping, making: Making): BatchFunction {
  const {name, setting} = making;
  const program = programOf(mapping, making);
  const failed = (why: string, hint = 'mend the row or the program'): Problem =>
    problems['middleware-value']({name, message: `${setting}: ${why}`, hint});
  const read = (line: string): Value | Problem => {
    const items = jqItems(line);
    if (!('wrong' in items)) {
      return items.map(
        ({item, id}) =>
          new CypherMap(
            new Map<string, Value>([
              ['item', item],
              ['id', id],
            ]),
          ),
      );
    }
    return mapping.halts ? failed(items.wrong, HALTED) : [];
  };

  function answers(texts: readonly string[]): readonly (Value | Problem)[] {
    const answer = program(texts);
    if (answer.kind === 'answers') return answer.texts.map(read);
    if (texts.length === 1) return [failed(answer.why)];
    // Which of the rows it is that takes too long is found by running each alone.
    const found: (Value | Problem)[] = [];
    for (const text of texts) {
      const [one] = answers([text]);
      found.push(one ?? null);
      if (one instanceof Error) break;
    }
    return found;
  }

  return {
    name: `jq(${mapping.query.replace(/\s+/g, ' ')})`,
    compute(values) {
      const texts = values.map(anyJson);
      const found: (Value | Problem)[] = [];
      for (let at = 0; at < texts.length; at += ROWS_MAX) {
        found.push(...answers(texts.slice(at, at + ROWS_MAX)));
      }
      return found;
    },
  };
}

/** The mapping's program, whose parts jq has read. */
function programOf({query, id}: Mapping, {name, jq}: Making) {
  if (!jq) {
    const hint = 'run the query in the service';
    throw problems['middleware-not-supported']({name, what: 'jq, which is not loaded,', hint});
  }
  const program = jqProgram({query, id});
  return (texts: readonly string[]) => jq.run(program, texts);
}
