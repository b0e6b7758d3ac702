import {
  AREAS,
  anyExpression,
  type ExpressionType,
  expression,
  type ScopeColumn,
  type Source,
} from './expressions.ts';
import {generatedRecursion} from './recursive.ts';
import type {GeneratedTable, Pick} from './schema.ts';
import {windowItems} from './windows.ts';

/** A query in its clauses, so that one that fails can be made smaller. */
export interface QuerySpec {
  readonly with: readonly string[];
  readonly distinct: string;
  readonly items: readonly string[];
  readonly from: string;
  readonly where: readonly string[];
  readonly groupBy: readonly string[];
  readonly having: readonly string[];
  readonly windows: readonly string[];
  readonly orderBy: readonly string[];
  readonly limit: string;
  readonly union: {readonly word: string; readonly other: QuerySpec} | undefined;
  readonly ordered: boolean;
  readonly loose: boolean;
  readonly features: readonly string[];
}

export function rendered(spec: QuerySpec): string {
  const listed = (word: string, parts: readonly string[], separator: string): string =>
    parts.length === 0 ? '' : ` ${word} ${parts.join(separator)}`;
  const head = listed('WITH', spec.with, ', ').trim();
  const body = `SELECT ${spec.distinct}${spec.items.join(', ')} FROM ${spec.from}${listed('WHERE', spec.where, ' AND ')}${listed('GROUP BY', spec.groupBy, ', ')}${listed('HAVING', spec.having, ' AND ')}${listed('WINDOW', spec.windows, ', ')}`;
  const union = spec.union ? ` ${spec.union.word} ${rendered(spec.union.other)}` : '';
  return `${head} ${body}${union}${listed('ORDER BY', spec.orderBy, ', ')}${spec.limit}`.trim();
}

const KINDS = [
  'plain',
  'plain',
  'join',
  'join',
  'grouped',
  'grouped',
  'distinct',
  'set',
  'exists',
  'in',
  'scalar',
  'window',
  'first',
  'rollup',
  'with',
  'recursive',
  'lateral',
  'unnest',
  'values',
  'errors',
] as const;

/** The kinds of queries, which count as features besides the areas of expressions. */
export const FEATURES: readonly string[] = [...new Set(KINDS)];

const EMPTY: QuerySpec = {
  with: [],
  distinct: '',
  items: [],
  from: '',
  where: [],
  groupBy: [],
  having: [],
  windows: [],
  orderBy: [],
  limit: '',
  union: undefined,
  ordered: false,
  loose: false,
  features: [],
};

interface From {
  readonly sql: string;
  readonly columns: readonly ScopeColumn[];
  /** What tells its rows apart; with NULLs, after an outer join. */
  readonly ids: readonly string[];
}

const columnsOf = (table: GeneratedTable, alias: string): readonly ScopeColumn[] =>
  table.columns.map(({name, type}) => ({sql: `${alias}.${name}`, type}));

function fromTable(table: GeneratedTable, alias: string): From {
  return {sql: `${table.name} ${alias}`, columns: columnsOf(table, alias), ids: [`${alias}.id`]};
}

function joinedFrom(
  tables: readonly GeneratedTable[],
  pick: Pick,
  mask: ReadonlySet<string>,
): From {
  const [left, right] = [fromTable(pick(tables), 'a'), fromTable(pick(tables), 'b')];
  const columns = [...left.columns, ...right.columns];
  const ids = [...left.ids, ...right.ids];
  const word = pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN']);
  const more =
    word !== 'FULL JOIN' && pick([true, false])
      ? ` AND ${expression({pick, columns, mask}, 'bool', 2)}`
      : '';
  const asking = pick([
    `EXISTS (SELECT 1 FROM ${pick(tables).name} c WHERE c.k = a.k)`,
    `b.k IN (SELECT c.id FROM ${pick(tables).name} c)`,
    `b.id > (SELECT min(c.k) FROM ${pick(tables).name} c WHERE c.id = b.k)`,
    `a.k NOT IN (SELECT c.k FROM ${pick(tables).name} c WHERE c.id < a.id)`,
  ]);
  const condition = pick([
    `ON a.k = b.k${more}`,
    `ON a.k = b.k AND ${asking}`,
    `ON a.id = b.k AND (${asking} OR a.k = 1)`,
    'ON a.id = b.k',
    'ON a.k = b.id',
    'USING (k)',
    'USING (id, k)',
  ]);
  const cross = pick([0, 0, 0, 0, 1]) === 1;
  return {
    sql: cross
      ? `${left.sql} CROSS JOIN ${right.sql}`
      : `${left.sql} ${word} ${right.sql} ${condition}`,
    columns,
    ids,
  };
}

/** A query over the tables; `mask` holds the areas of functions that it may use. */
export function generatedQuery(tables: readonly GeneratedTable[], pick: Pick): QuerySpec {
  const areas = AREAS.filter(() => pick([true, false, false]));
  const mask = new Set(['comparison', ...areas]);
  const kind = pick(KINDS);
  const spec = MAKERS[kind](tables, pick, mask);
  return {...spec, features: [kind, ...mask]};
}

type Maker = (
  tables: readonly GeneratedTable[],
  pick: Pick,
  mask: ReadonlySet<string>,
) => QuerySpec;

const items = (source: Source, count: number): string[] =>
  Array.from({length: count}, (_, i) => `${anyExpression(source, 3)} AS c${i + 1}`);

const conditions = (source: Source): string[] =>
  Array.from({length: source.pick([0, 1, 1, 2])}, () => expression(source, 'bool', 3));

const direction = (pick: Pick): string => pick(['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST']);

/** In an order that leaves no two rows equal, since LIMIT must not choose among them. */
function ordering(source: Source, ids: readonly string[]): Pick2 {
  const {pick} = source;
  if (pick([true, false])) return {orderBy: [], limit: '', ordered: false};
  const keys = [expression(source, pick(['int4', 'text', 'numeric', 'date', 'bool'] as const), 2)];
  const safe = keys.filter(
    (key) => !/^[-(]*\d+\)*$/.test(key) && !/^\(?(NULL|')/.test(key) && !/^(true|false)$/.test(key),
  );
  const orderBy = [
    ...safe.map((key) => `${key}${direction(pick)}`),
    ...ids.map((id) => `${id}${direction(pick)}`),
  ];
  return {
    orderBy,
    limit: pick(['', ' LIMIT 2', ' LIMIT 3 OFFSET 1', ' OFFSET 2', ' LIMIT 0']),
    ordered: true,
  };
}

type Pick2 = Pick_<QuerySpec, 'orderBy' | 'limit' | 'ordered'>;
type Pick_<T, K extends keyof T> = {readonly [P in K]: T[P]};

function rows(from: From, pick: Pick, mask: ReadonlySet<string>): QuerySpec {
  const source = {pick, columns: from.columns, mask};
  return {
    ...EMPTY,
    items: [...from.ids.map((id, i) => `${id} AS id${i}`), ...items(source, pick([1, 2, 3]))],
    from: from.sql,
    where: conditions(source),
    ...ordering(source, from.ids),
  };
}

const AGGREGATES: readonly ((source: Source) => string)[] = [
  () => 'count(*)',
  (s) => `count(${anyExpression(s, 2)})`,
  (s) => `count(DISTINCT ${expression(s, s.pick(['int4', 'text', 'numeric'] as const), 1)})`,
  (s) => `sum(${expression(s, s.pick(['int4', 'int8', 'numeric'] as const), 2)})`,
  (s) => `sum(DISTINCT ${expression(s, 'int4', 1)})`,
  (s) => `avg(${expression(s, s.pick(['int4', 'numeric'] as const), 2)})`,
  (s) =>
    `min(${expression(s, s.pick(['int4', 'text', 'numeric', 'date', 'timestamptz', 'interval', 'list'] as const), 2)})`,
  (s) => `max(${expression(s, s.pick(['int8', 'text', 'float8', 'date'] as const), 2)})`,
  (s) => `bool_and(${expression(s, 'bool', 2)})`,
  (s) => `bool_or(${expression(s, 'bool', 2)})`,
  (s) => `stddev(${expression(s, s.pick(['int4', 'numeric'] as const), 1)})`,
  (s) => `var_pop(${expression(s, 'int4', 1)})`,
  (s) => `count(*) FILTER (WHERE ${expression(s, 'bool', 2)})`,
  (s) => `string_agg(${expression(s, 'text', 2)}, ',' ORDER BY id_)`,
  (s) => `string_agg(DISTINCT ${s.columns.find(({type}) => type === 'text')?.sql ?? "'x'"}, '|')`,
  (s) => `array_agg(${expression(s, 'int4', 2)} ORDER BY id_ DESC)`,
  (s) => `percentile_cont(0.5) WITHIN GROUP (ORDER BY ${expression(s, 'int4', 1)})`,
  (s) => `percentile_disc(0.3) WITHIN GROUP (ORDER BY ${expression(s, 'int4', 1)})`,
];

const aggregate = (source: Source, ids: readonly string[]): string =>
  source
    .pick(AGGREGATES)(source)
    .replace(/id_( DESC)?/, (_, down = '') => ids.map((id) => `${id}${down}`).join(', '));

const GROUPABLE: readonly ExpressionType[] = [
  'int4',
  'text',
  'bool',
  'date',
  'numeric',
  'int8',
  'list',
  'jsonb',
  'interval',
];

/** What is grouped by are columns or computed values, never constants. */
function groupKey(source: Source): string {
  const columns = source.columns.filter(({type}) => GROUPABLE.includes(type));
  const {pick} = source;
  if (pick([0, 0, 1]) === 0) return pick(columns).sql;
  return pick([`(${pick(columns).sql} IS NULL)`, `COALESCE(a.k, 0)`, `(a.k % 2)`]);
}

const MAKERS: Readonly<Record<(typeof KINDS)[number], Maker>> = {
  plain: (tables, pick, mask) => rows(fromTable(pick(tables), 'a'), pick, mask),
  join: (tables, pick, mask) => rows(joinedFrom(tables, pick, mask), pick, mask),
  grouped: (tables, pick, mask) => grouped(tables, pick, mask),
  rollup: (tables, pick, mask) => {
    const spec = grouped(tables, pick, mask);
    const keys = spec.groupBy.length > 0 ? spec.groupBy : ['a.k'];
    const word = pick(['ROLLUP', 'CUBE', 'GROUPING SETS']);
    const inner = word === 'GROUPING SETS' ? [...keys, '()', `(${keys.join(', ')})`] : keys;
    const grouping = keys.map((key) => `GROUPING(${key})`);
    const bits = pick([[], [`GROUPING(${keys.join(', ')}) AS b0`], [`${pick(grouping)} AS b0`]]);
    return {
      ...spec,
      items: [...spec.items, ...bits],
      having: pick([spec.having, [...spec.having, `GROUPING(${keys.join(', ')}) < 2`]]),
      groupBy: [`${word} (${inner.join(', ')})`],
      orderBy: [],
      limit: '',
      ordered: false,
    };
  },
  distinct: (tables, pick, mask) => {
    const from = pick([true, false])
      ? fromTable(pick(tables), 'a')
      : joinedFrom(tables, pick, mask);
    const source = {pick, columns: from.columns, mask};
    const list = items(source, pick([1, 2]));
    const places = list.map((_, i) => `${i + 1}${direction(pick)}`);
    const orderBy = pick([true, false]) ? places : [];
    return {
      ...EMPTY,
      distinct: 'DISTINCT ',
      items: list,
      from: from.sql,
      where: conditions(source),
      orderBy,
      ordered: orderBy.length > 0,
      loose: true,
      limit: orderBy.length > 0 ? pick(['', ' LIMIT 2']) : '',
    };
  },
  set: (tables, pick, mask) => {
    const types = Array.from({length: pick([1, 2])}, () =>
      pick(['int4', 'numeric', 'text', 'date', 'bool', 'int8'] as const),
    );
    const side = (): QuerySpec => {
      const from = fromTable(pick(tables), 'a');
      const source = {pick, columns: from.columns, mask};
      const loosened = (type: ExpressionType): ExpressionType =>
        type === 'numeric' && pick([true, false]) ? 'int4' : type;
      return {
        ...EMPTY,
        items: types.map((type, i) => `${expression(source, loosened(type), 2)} AS c${i}`),
        from: from.sql,
        where: conditions(source),
      };
    };
    const word = pick(['UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL']);
    const orderBy = pick([true, false]) ? types.map((_, i) => `${i + 1}${direction(pick)}`) : [];
    return {
      ...side(),
      union: {word, other: side()},
      orderBy,
      ordered: orderBy.length > 0,
      loose: true,
    };
  },
  exists: (tables, pick, mask) => {
    const spec = rows(fromTable(pick(tables), 'a'), pick, mask);
    const inner = fromTable(pick(tables), 'b');
    const outer = columnsOf(
      tables.find((table) => spec.from === `${table.name} a`) ?? (tables[0] as GeneratedTable),
      'a',
    );
    const more = expression({pick, columns: [...outer, ...inner.columns], mask}, 'bool', 2);
    const where = pick(['b.k = a.k', `b.k = a.k AND ${more}`, more, 'b.id > a.id']);
    const exists = `EXISTS (SELECT 1 FROM ${inner.sql} WHERE ${where})`;
    const not = pick(['', 'NOT ']);
    return pick([true, false])
      ? {...spec, where: [...spec.where, `${not}${exists}`]}
      : {...spec, items: [...spec.items, `(${not}${exists} OR a.k = 1) AS e`]};
  },
  in: (tables, pick, mask) => {
    const spec = rows(fromTable(pick(tables), 'a'), pick, mask);
    const inner = fromTable(pick(tables), 'b');
    const where = pick(['', ' WHERE b.id < a.id', ' WHERE b.k IS NOT NULL', ' WHERE b.k = a.k']);
    const value = pick(['b.k', 'b.id', 'b.k + 0.0', 'COALESCE(b.k, a.k)']);
    const word = pick([
      ...['IN', 'NOT IN', '= ANY', '<> ALL', '< ANY', '>= ANY', '<> ANY', '= ALL'],
      ...['> ALL', '<= ALL'],
    ]);
    const both = `(a.k, a.id ${pick(['', '% 2', '+ 0.0'])})`;
    const columns = `${value}, ${pick(['b.id', 'b.k', 'b.id % 2', 'NULL::int4'])}`;
    const member = pick([
      `a.k ${word} (SELECT ${value} FROM ${inner.sql}${where})`,
      `a.k ${word} (SELECT ${value} FROM ${inner.sql}${where})`,
      `${both} ${pick(['IN', 'NOT IN', '<> ALL'])} (SELECT ${columns} FROM ${inner.sql}${where})`,
      `a.k::text ${pick(['LIKE', 'NOT LIKE', '~~*'])} ${pick(['ANY', 'ALL'])} (SELECT b.k || '%' FROM ${inner.sql}${where})`,
    ]);
    return pick([true, false])
      ? {...spec, where: [...spec.where, member]}
      : {...spec, items: [...spec.items, `(${member}) AS m`]};
  },
  scalar: (tables, pick, mask) => {
    const spec = rows(fromTable(pick(tables), 'a'), pick, mask);
    const inner = fromTable(pick(tables), 'b');
    const source = {pick, columns: inner.columns, mask};
    const scalar = pick([
      `(SELECT ${aggregate(source, inner.ids)} FROM ${inner.sql} WHERE b.k = a.k)`,
      `(SELECT ${aggregate(source, inner.ids)} FROM ${inner.sql} WHERE b.id > a.id)`,
      `(SELECT ${aggregate(source, inner.ids)} FROM ${inner.sql})`,
      `(SELECT b.k FROM ${inner.sql} WHERE b.id = a.k)`,
      `(SELECT b.k FROM ${inner.sql} WHERE b.k >= a.k ORDER BY b.k DESC, b.id LIMIT 1)`,
      `(SELECT count(*) + a.k FROM ${inner.sql} WHERE b.k = a.k AND EXISTS (SELECT 1 FROM ${inner.sql.replace(/ b$/, ' c')} WHERE c.id > b.id AND c.k = a.k))`,
      `ARRAY(SELECT b.k FROM ${inner.sql} WHERE b.k >= a.k ORDER BY b.k, b.id DESC)`,
      `ARRAY(SELECT b.id + a.k FROM ${inner.sql} WHERE b.id <> 2 ORDER BY b.id DESC LIMIT 2)`,
      `ARRAY(SELECT ${expression(source, 'int4', 2)} FROM ${inner.sql} ORDER BY b.id OFFSET 1)`,
      `(SELECT max(q.x) FROM (SELECT b.k AS x FROM ${inner.sql} WHERE b.id <> a.id) q)`,
    ]);
    return {...spec, items: [...spec.items, `${scalar} AS s`], loose: true};
  },
  window: (tables, pick, mask) => windowQuery(tables, pick, mask),
  first: (tables, pick, mask) => {
    const from = fromTable(pick(tables), 'a');
    const source = {pick, columns: from.columns, mask};
    return {
      ...EMPTY,
      distinct: 'DISTINCT ON (a.k) ',
      items: ['a.k', 'a.id', ...items(source, 1)],
      from: from.sql,
      where: conditions(source),
      orderBy: [`a.k${direction(pick)}`, `a.id${direction(pick)}`],
      ordered: true,
    };
  },
  with: (tables, pick, mask) => {
    const inner = rows(fromTable(pick(tables), 'a'), pick, mask);
    const q = `q AS (SELECT a.k AS k, count(*) AS n FROM ${inner.from}${inner.where.length > 0 ? ` WHERE ${inner.where.join(' AND ')}` : ''} GROUP BY a.k)`;
    const columns: ScopeColumn[] = [
      {sql: 'x.k', type: 'int4'},
      {sql: 'x.n', type: 'int8'},
      {sql: 'y.n', type: 'int8'},
    ];
    const source = {pick, columns, mask};
    return {
      ...EMPTY,
      with: [q],
      items: ['x.k AS xk', 'y.k AS yk', ...items(source, 2)],
      from: `q x ${pick(['JOIN', 'LEFT JOIN'])} q y ON ${pick(['x.n = y.n', 'x.k = y.k'])}`,
      where: conditions(source),
    };
  },
  recursive: (tables, pick, mask) => {
    const {with: recursion, columns} = generatedRecursion(tables, pick, mask);
    const source = {pick, columns: columns('x'), mask};
    const whole = {...EMPTY, with: [recursion], from: 'r x', where: conditions(source)};
    return pick<QuerySpec>([
      {...whole, items: ['x.n', 'x.d', 'x.x']},
      {...whole, items: ['x.n', ...items(source, 2)]},
      {...whole, items: ['x.n', 'count(*) AS c', 'max(x.d) AS d'], groupBy: ['x.n']},
      {
        ...whole,
        items: ['x.n', 'a.id', 'a.k', 'x.x'],
        from: `r x ${pick(['JOIN', 'LEFT JOIN'])} ${pick(tables).name} a ON a.id = x.n`,
      },
      {...whole, items: ['x.n', 'y.n AS m'], from: 'r x JOIN r y ON y.n = x.n AND y.d < x.d'},
    ]);
  },
  lateral: (tables, pick, mask) => {
    const [left, inner] = [fromTable(pick(tables), 'a'), fromTable(pick(tables), 'b')];
    const source = {pick, columns: inner.columns, mask};
    const sub = pick([
      `SELECT b.id AS y, ${anyExpression(source, 2)} AS z FROM ${inner.sql} WHERE b.k = a.k ORDER BY b.id DESC LIMIT 2`,
      `SELECT count(*) AS y, max(b.id) AS z FROM ${inner.sql} WHERE b.k = a.k`,
      `SELECT b.id AS y, a.k + 1 AS z FROM ${inner.sql} WHERE b.id > a.id`,
    ]);
    const word = pick(['CROSS JOIN LATERAL', 'LEFT JOIN LATERAL']);
    return {
      ...EMPTY,
      items: ['a.id AS id0', 'l.y', 'l.z'],
      from: `${left.sql} ${word} (${sub}) l${word.startsWith('LEFT') ? ' ON true' : ''}`,
      where: conditions({...source, columns: left.columns}),
    };
  },
  unnest: (tables, pick, mask) => {
    const from = fromTable(pick(tables), 'a');
    const source = {pick, columns: from.columns, mask};
    const list = expression(source, 'list', 2);
    const word = pick(['CROSS JOIN', 'LEFT JOIN']);
    return {
      ...EMPTY,
      items: ['a.id AS id0', 'n.e', 'n.o'],
      from: `${from.sql} ${word} unnest(${list}) WITH ORDINALITY n(e, o)${word === 'LEFT JOIN' ? ' ON true' : ''}`,
      where: conditions(source),
    };
  },
  errors: (tables, pick) => {
    // In the select list alone, where it is sure that each row is computed.
    const from = fromTable(pick(tables), 'a');
    const fails = [
      '10 / (a.k - 1)',
      '(a.k * 2147483647)',
      '(a.k::text || pick)::int4',
      'sqrt(a.k - 2)',
      '(a.id - 3)::numeric(1,0) / a.k',
      "split_part('a b', ' ', a.k)",
      "substring('abc' from 1 for a.k)",
      'CASE WHEN a.k = 3 THEN 1 / (a.k - 3) END',
      '(a.k / 0.0)',
      '(a.k * 20000)::int2',
      "('x' || a.k)::bool",
    ];
    const item = pick(fails).replace('pick', pick(["''", "'0'", "'.'"]));
    return {...EMPTY, items: ['a.id', `${item} AS e`], from: from.sql, where: ['a.k > 0']};
  },
  values: (tables, pick, mask) => {
    const from = fromTable(pick(tables), 'a');
    const columns: ScopeColumn[] = [
      ...from.columns,
      {sql: 'v.y', type: 'numeric'},
      {sql: 'v.z', type: 'text'},
    ];
    const source = {pick, columns, mask};
    return {
      ...EMPTY,
      items: ['a.id AS id0', 'v.y', ...items(source, 2)],
      from: `${from.sql} ${pick(['JOIN', 'LEFT JOIN'])} (VALUES (1, 1.50, 'a'), (2, 2, NULL), (NULL, 0, '')) v(x, y, z) ON v.x = a.k`,
      where: conditions(source),
    };
  },
};

function windowQuery(
  tables: readonly GeneratedTable[],
  pick: Pick,
  mask: ReadonlySet<string>,
): QuerySpec {
  const from = fromTable(pick(tables), 'a');
  const source = {pick, columns: from.columns, mask};
  const {items: windows, named} = windowItems(source);
  return {
    ...EMPTY,
    items: ['a.id', ...windows],
    from: from.sql,
    where: conditions(source),
    windows: named,
    ...ordering(source, from.ids),
    loose: true,
  };
}

function grouped(
  tables: readonly GeneratedTable[],
  pick: Pick,
  mask: ReadonlySet<string>,
): QuerySpec {
  const from = pick([true, false]) ? fromTable(pick(tables), 'a') : joinedFrom(tables, pick, mask);
  const source = {pick, columns: from.columns, mask};
  const keys = [...new Set(Array.from({length: pick([0, 1, 1, 2])}, () => groupKey(source)))];
  const values = Array.from({length: pick([1, 2])}, () => aggregate(source, from.ids));
  const having =
    pick([0, 0, 1]) === 1 ? [`count(*) ${pick(['>', '<=', '='])} ${pick(['1', '2'])}`] : [];
  const ordered = keys.length > 0 && pick([true, false]);
  return {
    ...EMPTY,
    items: [
      ...keys.map((key, i) => `${key} AS g${i}`),
      ...values.map((value, i) => `${value} AS v${i}`),
    ],
    from: from.sql,
    where: conditions(source),
    groupBy: keys,
    having,
    orderBy: ordered ? keys.map((key) => `${key}${direction(pick)}`) : [],
    ordered,
    limit: ordered ? pick(['', ' LIMIT 2']) : '',
    loose: true,
  };
}
