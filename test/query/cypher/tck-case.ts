import {anyJson} from '../../../src/data/any.ts';
import {Decimal} from '../../../src/data/decimal.ts';
import type {Delta} from '../../../src/data/delta.ts';
import type {Key} from '../../../src/data/key.ts';
import type {Column, Table} from '../../../src/data/schema.ts';
import {textReader} from '../../../src/data/text.ts';
import {arrayOf, BOOL, FLOAT8, INT4, INT8, TEXT, type Type} from '../../../src/data/type.ts';
import type {Row, Value} from '../../../src/data/value.ts';
import {problemsOf} from '../../../src/lib/problem.ts';
import {toAny} from '../../../src/query/cypher/lower/convert.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {CypherFloat} from '../../../src/query/cypher/values/float.ts';
import {CypherMap, CypherNode} from '../../../src/query/cypher/values/map.ts';
import {Temporal} from '../../../src/query/cypher/values/temporal.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {compile} from '../../../src/query/evaluate.ts';
import {optimise} from '../../../src/query/optimise.ts';

/** A case of `expressions.json`, as its README describes it. */
export interface TckCase {
  readonly id: string;
  readonly category: string;
  readonly query: string;
  readonly tables?: readonly TckTable[];
  readonly initial?: readonly string[];
  readonly ordered?: boolean;
  readonly unorderedLists?: boolean;
  readonly expect:
    | {readonly error: string}
    | {readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[]};
}

interface TckTable {
  readonly name: string;
  readonly columns: readonly {readonly name: string; readonly type: string}[];
  readonly primaryKey: readonly string[];
}

const DUMMY: TckTable = {
  name: 'dummy',
  columns: [{name: 'id', type: 'integer'}],
  primaryKey: ['id'],
};

const TYPES: Readonly<Record<string, Type>> = {
  integer: INT4,
  bigint: INT8,
  text: TEXT,
  boolean: BOOL,
  'double precision': FLOAT8,
  'bigint[]': arrayOf(INT8),
  'text[]': arrayOf(TEXT),
};

function tableOf({name, columns, primaryKey}: TckTable): Table {
  return {
    id: `public.${name}`,
    schema: 'public',
    name,
    columns: columns.map((column): Column => {
      const type = TYPES[column.type];
      if (!type) throw new Error(`the cases have a new type: ${column.type}`);
      return {name: column.name, type};
    }),
    keyColumns: primaryKey.map((key) => columns.findIndex((column) => column.name === key)),
    foreignKeys: [],
  };
}

/** The rows of `INSERT INTO "t" ("a", "b") VALUES (1, 'x')`, by table; no other SQL is there. */
function rowsOf(tables: readonly Table[], statements: readonly string[]) {
  const rows = new Map<string, [Key, Row][]>(tables.map(({id}) => [id, []]));
  for (const statement of statements) {
    const match = /^INSERT INTO "(.+?)" \((.+?)\) VALUES \(([\s\S]*)\)$/.exec(statement);
    const table = tables.find(({name}) => name === match?.[1]);
    if (!match || !table) throw new Error(`the cases have new SQL: ${statement}`);
    const names = [...(match[2] ?? '').matchAll(/"(.+?)"/g)].map(([, name]) => name ?? '');
    const values = literals(match[3] ?? '');
    const row = table.columns.map(({name, type}) => {
      const text = values[names.indexOf(name)];
      return text === undefined || text === 'NULL' ? null : literalValue(text, type);
    });
    rows.get(table.id)?.push([String(row[table.keyColumns[0] ?? 0]), row]);
  }
  return rows;
}

const LITERAL = /ARRAY\[.*?\]::\w+\[\]|'(?:[^']|'')*'|[^,\s]+/g;

const literals = (text: string): readonly string[] => text.match(LITERAL) ?? [];

function literalValue(text: string, type: Type): Value {
  const array = /^ARRAY\[(.*?)\]/.exec(text);
  if (array && type.element) {
    const {element} = type;
    return literals(array[1] ?? '').map((item) => literalValue(item, element));
  }
  const plain = text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
  return textReader(type)(plain === 'TRUE' ? 't' : plain === 'FALSE' ? 'f' : plain);
}

/** The rows a case's query answers, in order where it orders them; throws what it throws. */
export function answer(tck: TckCase): {columns: readonly string[]; rows: readonly Row[]} {
  const tables = (tck.tables ?? [DUMMY]).map(tableOf);
  const initial = tck.initial ?? (tck.tables ? [] : ['INSERT INTO "dummy" ("id") VALUES (1)']);
  const plan = optimise(compileCypher(tck.query, {tables, joins: []}));
  const flow = dataflow(plan);
  const delta = flow.hydrate(rowsOf(tables, initial));
  const boxes = plan.columns.map(({type}, index) => compile(toAny({kind: 'column', index, type})));
  return {
    columns: plan.columns.map(({name}) => name),
    rows: ordered(flow.keysInOrder?.(), delta).map((row) => boxes.map((box) => box(row))),
  };
}

/** The rows in the order of the keys, or as they came where there is none. */
function ordered(keys: Iterable<Key> | undefined, delta: Delta): readonly Row[] {
  const rows = new Map(delta.map(({key, after}) => [key, after]));
  return Array.from(keys ?? rows.keys(), (key) => rows.get(key) ?? []);
}

/** What keeps an answer from being the expected one; undefined where nothing does. */
export function difference(tck: TckCase): string | undefined {
  if ('error' in tck.expect) {
    try {
      answer(tck);
    } catch (error) {
      if (problemsOf(error).length > 0) return undefined;
      throw error;
    }
    return `expected ${tck.expect.error}, and it was answered`;
  }
  const actual = answer(tck);
  const {columns, rows} = tck.expect;
  if (columns.join() !== actual.columns.join()) return `columns ${actual.columns.join()}`;
  const told = actual.rows.map((row) => row.map((value) => form(value, tck)).join(' | '));
  const wanted = rows.map((row) => row.map((value) => expectedForm(value, tck)).join(' | '));
  const [left, right] = tck.ordered ? [told, wanted] : [told.sort(), wanted.sort()];
  return left.join('\n') === right.join('\n')
    ? undefined
    : `got ${left.join('; ') || 'no rows'}\n   expected ${right.join('; ') || 'no rows'}`;
}

/** A value in the notation of this test; a temporal value and its text are one. */
function form(value: Value, tck: TckCase): string {
  if (value instanceof CypherFloat) return `float ${value.value + 0}`;
  if (value instanceof Decimal) return `numeric ${value}`;
  if (value instanceof Temporal) return `'${value}'`;
  if (typeof value === 'string') return `'${value}'`;
  if (value instanceof CypherMap) {
    return mapForm([...value.entries].map(([key, item]) => `${key}: ${form(item, tck)}`));
  }
  if (value instanceof CypherNode) return anyJson(value);
  if (Array.isArray(value))
    return listForm(
      value.map((item) => form(item, tck)),
      tck,
    );
  return String(value);
}

const mapForm = (parts: string[]): string => `{${parts.sort().join(', ')}}`;

const listForm = (parts: string[], {unorderedLists}: TckCase): string =>
  `[${(unorderedLists ? parts.sort() : parts).join(', ')}]`;

type Tagged = {readonly [tag: string]: unknown};

function expectedForm(value: unknown, tck: TckCase): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value))
    return listForm(
      value.map((item) => expectedForm(item, tck)),
      tck,
    );
  if (typeof value !== 'object' || value === null) return String(value);
  const tagged = value as Tagged;
  if ('$float' in tagged) return `float ${Number(tagged.$float) + 0}`;
  if ('$int' in tagged) return String(tagged.$int);
  if ('$temporal' in tagged) return `'${tagged.$temporal}'`;
  const entries = Object.entries((tagged.$map ?? tagged) as Tagged);
  return mapForm(entries.map(([key, item]) => `${key}: ${expectedForm(item, tck)}`));
}
