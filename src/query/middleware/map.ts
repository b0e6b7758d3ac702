import type {Column} from '../../data/schema.ts';
import {ANY, BOOL, INT8, TEXT} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import {call, lenient} from '../cypher/lower/function.ts';
import {hiddenColumn} from '../cypher/lower/open-node.ts';
import {column} from '../cypher/lower/scope.ts';
import {documentValue} from '../cypher/lower/several.ts';
import {anyText, isList} from '../cypher/values/any.ts';
import {CypherMap} from '../cypher/values/map.ts';
import type {Expression} from '../expression.ts';
import type {Plan} from '../plan.ts';
import {insertOrUpdate, refuseOtherThanNodes, refuseUnknown} from './by-label.ts';
import {type Element, identityOf, selection} from './element.ts';
import {type JsonPath, selected} from './json-path.ts';
import {ascending, lastOf} from './last-of.ts';
import type {Step} from './middleware.ts';
import type {Settings} from './settings.ts';

interface Mapping {
  readonly selector: JsonPath | undefined;
  readonly label: string | undefined;
  readonly id: JsonPath | undefined;
  readonly condition: JsonPath | undefined;
  readonly properties: readonly (readonly [name: string, path: JsonPath])[];
}

/**
 * Rows as other nodes. In Drasi what comes out of a change depends on the change; here it
 * is a function of the rows that there are, so insert and update must map alike, and a
 * node goes with its row. Of several rows with one id the one with the greatest key counts.
 * A table that is not named comes out as nothing, as in Drasi.
 */
export function mapper(settings: Settings): Step {
  if (settings.keys.length === 0) settings.refuse('', 'a map of labels to mappings');
  const byLabel = new Map(
    settings.keys.map((label) => [
      label,
      insertOrUpdate(settings.within(label), mappingOf).mappings,
    ]),
  );
  return (elements) => {
    refuseUnknown(byLabel.keys(), elements, settings.name);
    return elements.flatMap((element) =>
      (byLabel.get(element.table.name) ?? []).map((mapping, i) =>
        mapped(element, mapping, `${settings.name}/${i}`),
      ),
    );
  };
}

function mappingOf(item: Settings): Mapping {
  item.only('op', 'selector', 'label', 'id', 'elementType', 'condition', 'properties');
  refuseOtherThanNodes(item, {instead: 'leave the rows out with a condition, or in the query'});
  const properties = item.keys.includes('properties') ? item.within('properties') : undefined;
  return {
    selector: item.optionalPath('selector'),
    label: item.optionalText('label'),
    id: item.optionalPath('id'),
    condition: item.optionalPath('condition'),
    properties: (properties?.keys ?? []).map((key) => [key, properties!.path(key)] as const),
  };
}

/** What a path can begin with to mean the value that the selector found. */
const SELECTED = '$selected';

function mapped(element: Element, mapping: Mapping, id: string): Element {
  const {rows, document} = chosen(element, mapping);
  const own = identityOf(element);
  const one = (name: string, {text, steps}: JsonPath): Expression =>
    call(
      lenient(`${name}(${text})`, (root) => selected(steps, root)[0] ?? null),
      [document],
      ANY,
    );
  const key = mapping.id
    ? call(TO_ID, [one('id', mapping.id)], TEXT)
    : call(
        lenient('own id', (...values: Value[]) => anyText(values)),
        ownKey(own, rows),
        TEXT,
      );
  const values = mapping.properties.map(([name, path]) => one(name, path));
  const columns: readonly Column[] = [
    {name: hiddenColumn('key'), type: TEXT},
    ...mapping.properties.map(([name]) => ({name, type: ANY})),
  ];
  const hidden = own.map(({index, type}) => column(index, type));
  const wide: Plan = {
    kind: 'project',
    columns: [...columns, ...own.map(({name, type}) => ({name, type}))],
    input: rows,
    expressions: [key, ...values, ...hidden],
  };
  const by = own.map(({type}, i) => ascending(columns.length + i, type));
  const present: Plan = {
    kind: 'filter',
    columns: wide.columns,
    input: wide,
    predicate: {kind: 'not', arg: {kind: 'isNull', arg: column(0, TEXT), type: BOOL}, type: BOOL},
  };
  return {
    table: {
      id: `\0${id}:${element.table.id}`,
      schema: element.table.schema,
      name: mapping.label ?? element.table.name,
      columns,
      keyColumns: [0],
      foreignKeys: [],
    },
    plan: {
      kind: 'aggregate',
      columns,
      input: present,
      groupBy: [column(0, TEXT)],
      aggregates: values.map((_, i) => lastOf(i + 1, ANY, by)),
    },
  };
}

const TO_ID = lenient('to id', (value) =>
  value === null || typeof value === 'string' ? value : anyText(value),
);

function ownKey(own: ReturnType<typeof identityOf>, rows: Plan): readonly Expression[] {
  const keys = own.map(({index, type}) => column(index, type));
  // Several nodes of one row are told apart by their place in the list.
  return rows.kind === 'unnest' ? [...keys, column(rows.columns.length - 1, INT8)] : keys;
}

/** The rows, one for each value that the selector finds, and the map that paths begin at. */
function chosen(
  element: Element,
  {selector, condition}: Mapping,
): {rows: Plan; document: Expression} {
  const {plan} = element;
  const width = plan.columns.length;
  const whole = documentValue(element.table);
  const rows: Plan = selector
    ? {
        kind: 'unnest',
        columns: [...plan.columns, {name: 'selected', type: ANY}, {name: 'position', type: INT8}],
        input: plan,
        list: selection(element, selector),
        outer: false,
        ordinality: true,
      }
    : plan;
  const value = selector ? column(width, ANY) : whole;
  const document = call(WITH_SELECTED, [whole, value], ANY);
  if (!condition) return {rows, document};
  const holds = lenient(`holds(${condition.text})`, (root) => {
    const found = selected(condition.steps, root);
    return isList(found) && found.length > 0;
  });
  const predicate = call(holds, [document], BOOL);
  return {rows: {kind: 'filter', columns: rows.columns, input: rows, predicate}, document};
}

const WITH_SELECTED = lenient('with selected', (document, value) => {
  const entries = document instanceof CypherMap ? [...document.entries] : [];
  return new CypherMap(new Map([...entries, [SELECTED, value]]));
});
