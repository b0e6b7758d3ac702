import {anyKey} from '../../data/any.ts';
import {joinParts, keyPart} from '../../data/key.ts';
import type {Column, Table} from '../../data/schema.ts';
import {ANY, BOOL, INT8, TEXT} from '../../data/type.ts';
import {call, lenient} from '../cypher/lower/function.ts';
import {DOCUMENT, hiddenColumn} from '../cypher/lower/open-node.ts';
import {column} from '../cypher/lower/scope.ts';
import {isList} from '../cypher/values/any.ts';
import type {Plan} from '../plan.ts';
import {refuseUnknown} from './by-label.ts';
import {type Element, identityOf, selection} from './element.ts';
import {type JsonPath, selected} from './json-path.ts';
import {ascending, lastOf} from './last-of.ts';
import type {Step} from './middleware.ts';
import type {Settings} from './settings.ts';

interface Mapping {
  readonly selector: JsonPath;
  readonly label: string;
  readonly key: JsonPath | undefined;
  readonly relation: string | undefined;
  readonly condition: JsonPath | undefined;
}

/** The elements of lists inside of rows as nodes of their own, related to their rows. */
export function unwind(settings: Settings): Step {
  if (settings.keys.length === 0) settings.refuse('', 'a map of labels to lists of mappings');
  const byLabel = new Map(settings.keys.map((label) => [label, mappingsOf(settings, label)]));
  return (elements) => {
    refuseUnknown(byLabel.keys(), elements, settings.name);
    const children = elements.flatMap((element) =>
      (byLabel.get(element.table.name) ?? []).map((mapping, i) =>
        unwound(element, mapping, `${settings.name}/${i}`),
      ),
    );
    return [...elements, ...children];
  };
}

const mappingsOf = (settings: Settings, label: string): readonly Mapping[] =>
  settings.items(label).map((item) => {
    item.only('selector', 'label', 'key', 'relation', 'condition');
    return {
      selector: item.path('selector'),
      label: item.text('label'),
      key: item.optionalPath('key'),
      relation: item.optionalText('relation'),
      condition: item.optionalPath('condition'),
    };
  });

/**
 * A child is known by its parent's key and its own within the list: the key that is
 * asked for, else its position. Of children with one key the last in the list stays.
 */
function unwound(parent: Element, mapping: Mapping, id: string): Element {
  const parents = identityOf(parent);
  const {width, plan} = listed(parent, mapping);
  const key = call(keyFunction(mapping), [column(width, ANY), column(width + 1, INT8)], TEXT);
  const columns: readonly Column[] = [
    ...parents.map(({type}, i) => ({name: hiddenColumn(`parent ${i}`), type})),
    {name: hiddenColumn('key'), type: TEXT},
    DOCUMENT,
  ];
  const last = lastOf(width, ANY, [ascending(width + 1, INT8)]);
  const table: Table = {
    id: `\0${id}:${parent.table.id}`,
    schema: parent.table.schema,
    name: mapping.label,
    columns,
    keyColumns: [...parents.keys(), parents.length],
    foreignKeys: relationTo(parent, mapping),
  };
  return {
    table,
    plan: {
      kind: 'aggregate',
      columns,
      input: plan,
      groupBy: [...parents.map(({index, type}) => column(index, type)), key],
      aggregates: [last],
    },
  };
}

/** The parent's rows with an element of the list and its position behind their columns. */
function listed(parent: Element, {selector, condition}: Mapping): {width: number; plan: Plan} {
  const {plan} = parent;
  const {columns} = plan;
  const some = lenient('some', (values) => isList(values) && values.length > 0);
  const input: Plan = condition
    ? {
        kind: 'filter',
        columns,
        input: plan,
        predicate: call(some, [selection(parent, condition)], BOOL),
      }
    : plan;
  const flat = selectsList(selector) ? FLATTENED : ITEMS;
  return {
    width: columns.length,
    plan: {
      kind: 'unnest',
      columns: [...columns, {name: 'element', type: ANY}, {name: 'position', type: INT8}],
      input,
      list: call(flat, [selection(parent, selector)], ANY),
      outer: false,
      ordinality: true,
    },
  };
}

/** `$.tires` selects the list itself, `$.tires[*]` what is in it. */
const selectsList = ({steps}: JsonPath): boolean => steps.at(-1)?.kind === 'name';

const ITEMS = lenient('items', (values) => values);
const FLATTENED = lenient('flattened', (values) =>
  isList(values) ? values.flatMap((value) => (isList(value) ? value : [value])) : [],
);

function keyFunction({key}: Mapping) {
  return lenient(`key(${key?.text ?? 'position'})`, (element, position) => {
    const [found] = key ? selected(key.steps, element) : [position];
    return found === undefined ? joinParts([keyPart(anyKey(position))]) : anyKey(found);
  });
}

function relationTo(parent: Element, {relation}: Mapping): Table['foreignKeys'] {
  if (relation === undefined) return [];
  const referencedColumns = identityOf(parent).map(({name}) => name);
  const columns = [...referencedColumns.keys()];
  return [{name: relation, columns, referencedTable: parent.table.id, referencedColumns}];
}
