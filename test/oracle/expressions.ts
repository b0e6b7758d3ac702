import {type ColumnType, type Pick, TYPES, valueIn} from './schema.ts';

/** The types of generated expressions: those of columns. */
export type ExpressionType = ColumnType;

export interface ScopeColumn {
  readonly sql: string;
  readonly type: ExpressionType;
}

export interface Source {
  readonly pick: Pick;
  readonly columns: readonly ScopeColumn[];
  /** Areas of functions that this run uses; most are switched off in each. */
  readonly mask: ReadonlySet<string>;
}

type Make = (source: Source, depth: number) => string;
type Rule = readonly [area: string, type: ExpressionType, make: Make];

const of =
  (type: ExpressionType): Make =>
  (source, depth) =>
    expression(source, type, depth - 1);
const [int4, int8, numeric, float8, text, bool, date, stamp, interval, list, jsonb] = (
  [
    'int4',
    'int8',
    'numeric',
    'float8',
    'text',
    'bool',
    'date',
    'timestamptz',
    'interval',
    'list',
    'jsonb',
  ] as const
).map(of) as [Make, Make, Make, Make, Make, Make, Make, Make, Make, Make, Make];

/** A template: `$1`, `$2` … are filled by the makers in their order. */
const t =
  (template: string, ...parts: readonly Make[]): Make =>
  (source, depth) => {
    const filled = parts.map((part) => part(source, depth));
    return template.replace(/\$(\d)/g, (_, n: string) => filled[Number(n) - 1] ?? '');
  };

const anyOf =
  (...texts: readonly string[]): Make =>
  ({pick}) =>
    pick(texts);

const small = anyOf('0', '1', '2', '3', '-1');
const compare = anyOf('=', '<>', '<', '<=', '>', '>=');
const field = anyOf(
  'year',
  'month',
  'day',
  'dow',
  'doy',
  'week',
  'quarter',
  'isodow',
  'century',
  'decade',
  'epoch',
);
const unit = anyOf("'day'", "'month'", "'year'", "'week'", "'quarter'", "'decade'", "'century'");
const like = anyOf("'a%'", "'%b%'", "'_'", "'%É'", "'\\\\a'", "'%'");

/** Pairs of expressions of one type. */
const same =
  (template: string): Make =>
  (source, depth) => {
    const type = source.pick([
      'int4',
      'int8',
      'numeric',
      'float8',
      'text',
      'date',
      'timestamptz',
      'interval',
      'bool',
      'jsonb',
      'list',
    ] as const);
    return t(template, of(type), of(type), compare)(source, depth);
  };

/** Numbers of two types. */
const mixed =
  (template: string): Make =>
  (source, depth) => {
    const types = ['int4', 'int8', 'numeric', 'float8', 'int2', 'float4', 'money'] as const;
    return t(template, of(source.pick(types)), of(source.pick(types)), compare)(source, depth);
  };

const RULES: readonly Rule[] = [
  ['comparison', 'bool', same('($1 $3 $2)')],
  ['comparison', 'bool', mixed('($1 $3 $2)')],
  ['comparison', 'bool', same('($1 IS DISTINCT FROM $2)')],
  ['between', 'bool', t('($1 BETWEEN $2 AND $3)', int4, int4, int4)],
  ['between', 'bool', t('($1 NOT BETWEEN SYMMETRIC $2 AND $3)', numeric, int4, numeric)],
  ['logic', 'bool', t('($1 AND $2)', bool, bool)],
  ['logic', 'bool', t('($1 OR $2)', bool, bool)],
  ['logic', 'bool', t('(NOT $1)', bool)],
  [
    'null',
    'bool',
    (source, depth) =>
      t('($1 IS NULL)', of(source.pick(['int4', 'text', 'numeric', 'jsonb'])))(source, depth),
  ],
  ['null', 'bool', t('($1 IS NOT TRUE)', bool)],
  ['null', 'bool', t('($1 IS FALSE)', bool)],
  ['null', 'bool', t('($1 IS UNKNOWN)', bool)],
  ['in', 'bool', t('($1 IN ($2, $3, 2))', int4, int4, numeric)],
  ['in', 'bool', t("($1 NOT IN ('a', $2))", text, text)],
  ['in', 'bool', t("($1 IN ('a', 'É', ''))", text)],
  ['like', 'bool', t('($1 LIKE $2)', text, like)],
  ['like', 'bool', t('($1 ILIKE $2)', text, like)],
  ['like', 'bool', t("($1 NOT LIKE 'x%' ESCAPE 'x')", text)],
  ['regex', 'bool', t("($1 ~ '^[a-z]+$')", text)],
  ['regex', 'bool', t("($1 !~* 'A|é')", text)],
  ['regex', 'text', t("regexp_replace($1, '[a-c](.?)', '<\\1>', 'g')", text)],
  ['regex', 'bool', t("($1 ~ '\\m[[:alpha:]]+\\M')", text)],
  ['regex', 'text', t("substring($1 from '(\\w)\\s?')", text)],
  ['regex', 'text', t("regexp_replace($1, 'a|ab|\\d', '[\\&]')", text)],
  ['regex', 'int4', t("regexp_count($1, '[^[:upper:]]')", text)],
  ['collate', 'bool', t('($1 COLLATE "C" $3 $2)', text, text, compare)],
  ['collate', 'text', t('upper($1 COLLATE "C")', text)],
  ['collate', 'text', t('GREATEST($1, $2 COLLATE "C")', text, text)],
  ['format', 'text', t('to_char($1, $2)', numeric, anyOf("'FM999990.099'", "'999.9S'", "'0000'"))],
  ['format', 'text', t("to_char($1, 'S9G999')", int4)],
  ['format', 'text', t("to_char($1, 'Dy DD-FMMonth-YYYY HH12:MI:SS.MS AM')", stamp)],
  ['format', 'text', t("to_char($1, 'DD HH24:MI')", interval)],
  ['format', 'text', t("format('%s: %5s|%L', $1, $2, $3)", text, int4, text)],
  ['format', 'text', t('md5($1)', text)],
  ['json', 'jsonb', t("jsonb_build_object('k', $1, 'n', $2)", text, numeric)],
  ['json', 'jsonb', t('jsonb_build_array($1, $2)', stamp, list)],
  ['json', 'text', t("json_build_object('k', $1, 'b', $2)::text", float8, bool)],
  ['json', 'jsonb', t('($1 || $2)', jsonb, jsonb)],
  ['json', 'bool', t('($1 @> $2)', jsonb, jsonb)],
  ['json', 'jsonb', t('to_jsonb($1)', date)],
  ['arrays', 'bool', t('($1 = ANY ($2))', int4, list)],
  ['arrays', 'bool', t('($1 <> ALL (ARRAY[$2, 1, NULL]))', int4, int4)],
  ['arrays', 'bool', t('($1 @> $2)', list, list)],
  ['arrays', 'bool', t('($1 && $2)', list, list)],
  ['arrays', 'int4', t('cardinality($1)', list)],
  ['arrays', 'int4', t('array_length($1, 1)', list)],
  ['arrays', 'int4', t('($1)[2]', list)],
  ['arrays', 'int4', t('array_position($1, $2)', list, int4)],
  ['arrays', 'list', t('($1 || $2)', list, list)],
  ['arrays', 'list', t('array_append($1, $2)', list, int4)],
  ['arrays', 'list', t('ARRAY[$1, $2]', int4, int4)],
  ['arrays', 'text', t("array_to_string($1, ',', '*')", list)],
  ['arithmetic', 'int4', t('($1 % 7 + $2 % 5)', int4, int4)],
  ['arithmetic', 'int4', t('($1 / NULLIF($2, 0))', int4, small)],
  ['arithmetic', 'int8', t('($1 % 1000 * ($2 % 10))', int8, int4)],
  ['arithmetic', 'numeric', t('($1 + $2)', numeric, numeric)],
  ['arithmetic', 'numeric', t('($1 - $2)', numeric, int4)],
  ['arithmetic', 'numeric', t('($1 * $2)', numeric, anyOf('1.5', '2', '0.25'))],
  ['arithmetic', 'numeric', t('($1 / NULLIF($2, 0))', numeric, numeric)],
  ['arithmetic', 'numeric', t('($1 % NULLIF($2, 0))', numeric, numeric)],
  ['arithmetic', 'numeric', t('(- $1)', numeric)],
  ['arithmetic', 'float8', t('($1 + $2)', float8, int4)],
  ['arithmetic', 'float8', t('($1 / 4)', float8)],
  ['math', 'int4', t('abs($1 % 100)', int4)],
  ['math', 'numeric', t('round($1, $2)', numeric, small)],
  ['math', 'numeric', t('trunc($1, $2)', numeric, small)],
  ['math', 'numeric', t('ceil($1)', numeric)],
  ['math', 'numeric', t('floor($1)', numeric)],
  ['math', 'numeric', t('sqrt(abs($1))', numeric)],
  ['math', 'numeric', t('sign($1)', numeric)],
  ['math', 'numeric', t('mod($1, 3)', numeric)],
  ['math', 'float8', t('round($1)', float8)],
  ['math', 'float8', t('sqrt(abs($1))', float8)],
  ['casts', 'int4', t('($1::int4)', anyOf('1.5::numeric', '2.5::float8', "'12'", 'true'))],
  [
    'casts',
    'int4',
    t('length($1::text)', (s, d) =>
      of(s.pick(['numeric', 'date', 'timestamptz', 'interval', 'bool', 'list', 'jsonb', 'float8']))(
        s,
        d,
      ),
    ),
  ],
  [
    'casts',
    'text',
    t('($1::text)', (s, d) =>
      of(s.pick(['int8', 'date', 'timestamptz', 'interval', 'bool', 'list', 'float8']))(s, d),
    ),
  ],
  ['casts', 'numeric', t('($1::numeric(40,$2))', numeric, anyOf('0', '1', '3'))],
  ['casts', 'numeric', t('($1::numeric)', int8)],
  ['casts', 'text', t("($1::varchar($2) || '')", text, anyOf('1', '2', '5'))],
  ['casts', 'text', t("concat($1::char($2), '|')", text, anyOf('1', '3'))],
  ['casts', 'text', t("($1::char(3) || '|')", text)],
  ['casts', 'bool', t('($1::char(2) = $2)', text, text)],
  ['casts', 'bool', t("($1::char(3) LIKE '%a_')", text)],
  ['casts', 'int4', t('octet_length($1::char($2))', text, anyOf('1', '4'))],
  ['casts', 'timestamptz', t('($1::timestamptz($2))', stamp, anyOf('0', '3', '5'))],
  ['casts', 'float8', t('($1::float8)', numeric)],
  ['casts', 'date', t('($1::date)', stamp)],
  ['casts', 'timestamptz', t('($1::timestamptz)', date)],
  ['conditional', 'int4', t('CASE WHEN $1 THEN $2 ELSE $3 END', bool, int4, int4)],
  ['conditional', 'numeric', t('CASE $1 WHEN 1 THEN $2 WHEN 2 THEN $3 END', int4, numeric, int4)],
  ['conditional', 'text', t("COALESCE($1, $2, 'none')", text, text)],
  ['conditional', 'numeric', t('COALESCE($1, $2)', numeric, int4)],
  ['conditional', 'int4', t('NULLIF($1, $2)', int4, int4)],
  ['conditional', 'text', t('GREATEST($1, $2)', text, text)],
  ['conditional', 'int8', t('LEAST($1, $2)', int8, int4)],
  ['strings', 'text', t('upper($1)', text)],
  ['strings', 'text', t('lower($1)', text)],
  ['strings', 'text', t('initcap($1)', text)],
  ['strings', 'text', t('($1 || $2)', text, text)],
  ['strings', 'text', t("($1 || $2 || 'x')", int4, text)],
  ['strings', 'text', t('concat($1, $2, $3)', text, int4, bool)],
  ['strings', 'text', t("concat_ws('-', $1, $2)", text, text)],
  ['strings', 'text', t('substring($1 from $2 for 2)', text, small)],
  ['strings', 'text', t('left($1, $2)', text, small)],
  ['strings', 'text', t('right($1, $2)', text, small)],
  ['strings', 'text', t("lpad($1, 4, 'É-')", text)],
  ['strings', 'text', t('rpad($1, 3)', text)],
  ['strings', 'text', t("trim(both 'aA' from $1)", text)],
  ['strings', 'text', t("replace($1, 'a', $2)", text, text)],
  ['strings', 'text', t("translate($1, 'abÉ', 'xy')", text)],
  ['strings', 'text', t("split_part($1, ' ', $2)", text, anyOf('1', '2', '-1'))],
  ['strings', 'text', t('repeat($1, 2)', text)],
  ['strings', 'text', t('reverse($1)', text)],
  ['strings', 'int4', t('length($1)', text)],
  ['strings', 'int4', t('octet_length($1)', text)],
  ['strings', 'int4', t("position('b' in $1)", text)],
  ['strings', 'bool', t("starts_with($1, 'a')", text)],
  ['time', 'numeric', t('extract($2 from $1)', date, field)],
  [
    'time',
    'numeric',
    t('extract($2 from $1)', stamp, (s) =>
      s.pick([
        'hour',
        'minute',
        'second',
        'milliseconds',
        'microseconds',
        'epoch',
        'week',
        'isoyear',
      ]),
    ),
  ],
  [
    'time',
    'numeric',
    t('extract($2 from $1)', interval, (s) =>
      s.pick(['year', 'month', 'day', 'hour', 'second', 'epoch']),
    ),
  ],
  ['time', 'float8', t("date_part('hour', $1)", stamp)],
  ['time', 'timestamptz', t('date_trunc($2, $1)', stamp, unit)],
  ['time', 'timestamptz', t("date_trunc('minute', $1)", stamp)],
  ['time', 'timestamptz', t('($1 + $2)', stamp, interval)],
  ['time', 'timestamptz', t("($1 - interval '1 month 1 day')", stamp)],
  ['time', 'interval', t('($1 - $2)', stamp, stamp)],
  ['time', 'interval', t('age($1, $2)', stamp, stamp)],
  ['time', 'interval', t('($1 + $2)', interval, interval)],
  ['time', 'interval', t('($1 * 1.5)', interval)],
  ['time', 'interval', t('($1 / 2)', interval)],
  ['time', 'date', t('($1 + $2)', date, small)],
  ['time', 'int4', t('($1 - $2)', date, date)],
  ['time', 'numeric', t('extract($2 from $1)', of('timestamp'), field)],
  ['time', 'timestamp', t('date_trunc($2, $1)', of('timestamp'), unit)],
  ['time', 'timestamp', t('($1 + $2)', date, interval)],
  ['time', 'bool', t('($1 $3 $2)', stamp, date, compare)],
  ['time', 'bool', t('($1 $3 $2)', of('timestamp'), date, compare)],
  ['casts', 'timestamp', t('($1::timestamp)', date)],
  [
    'casts',
    'numeric',
    t('($1::numeric)', (s, d) => of(s.pick(['float4', 'float8', 'money']))(s, d)),
  ],
  ['casts', 'int4', t('($1::int4)', of('money'))],
  ['casts', 'int4', t('(CASE WHEN abs($1) < 1000 THEN $1 END)::int4', float8)],
  ['casts', 'int8', t('(CASE WHEN abs($1) < 1000 THEN $1 END)::int8', numeric)],
  ['casts', 'int4', t('($1::int4)', bool)],
  ['casts', 'bool', t('($1::bool)', int4)],
  ['arithmetic', 'numeric', t('($1 * $2)', of('money'), of('money'))],
  ['arithmetic', 'float8', t('($1 * $2)', of('float4'), anyOf('2', '1.5', '0.5::float8'))],
  ['json', 'jsonb', t("($1 -> 'b')", jsonb)],
  ['json', 'jsonb', t('($1 -> 1)', jsonb)],
  ['json', 'text', t("($1 ->> 'a')", jsonb)],
  ['json', 'text', t("($1 #>> '{b,1}')", jsonb)],
  ['json', 'text', t('jsonb_typeof($1)', jsonb)],
  ['json', 'bool', t("($1 ? 'a')", jsonb)],
];

export const AREAS: readonly string[] = [...new Set(RULES.map(([area]) => area))];

/** An expression of a type, over the columns, at most so deep. */
export function expression(source: Source, type: ExpressionType, depth: number): string {
  const {pick, columns, mask} = source;
  const fitting = columns.filter((column) => column.type === type);
  const rules = depth > 0 ? RULES.filter(([area, to]) => to === type && mask.has(area)) : [];
  const choice = pick(['column', 'column', 'rule', 'rule', 'rule', 'literal']);
  if (choice === 'rule' && rules.length > 0) return pick(rules)[2](source, depth);
  if (choice !== 'literal' && fitting.length > 0) return pick(fitting).sql;
  return literal(type, pick);
}

/** A constant with its type, so that no overload is left open. */
function literal(type: ExpressionType, pick: Pick): string {
  const value = valueIn(type, pick);
  const name = type === 'list' ? 'int4[]' : type === 'money' ? 'numeric(8,2)' : type;
  if ((type === 'int4' || type === 'bool') && value !== 'NULL' && !value.startsWith('-'))
    return value;
  return `(${value})::${name}`;
}

export const anyExpression = (source: Source, depth: number): string =>
  expression(source, source.pick(Object.keys(TYPES) as ColumnType[]), depth);
