/** The types of the generated tables' columns. */
export type ColumnType = keyof typeof TYPES;

export interface GeneratedTable {
  readonly name: string;
  readonly columns: readonly {readonly name: string; readonly type: ColumnType}[];
}

export type Pick = <T>(from: readonly T[]) => T;

/**
 * What a column of each type is declared as, and the few values it takes, as SQL: so few
 * that keys collide, with NULLs, empty texts, unequal scales and letters outside of ASCII.
 */
export const TYPES = {
  int4: {sql: 'int4', values: ['0', '1', '2', '3', '-5', '2147483647', 'NULL']},
  int8: {sql: 'int8', values: ['0', '1', '2', '-7', '9007199254740993', 'NULL']},
  int2: {sql: 'int2', values: ['0', '1', '2', '3', 'NULL']},
  numeric: {
    sql: 'numeric',
    values: ['0', '1', '1.0', '1.50', '-2.5', '-2.25', '1000000.1', '0.001', 'NULL'],
  },
  float8: {sql: 'float8', values: ['0', '0.5', '1', '2.5', '-1.5', '-2.25', '1e20', 'NULL']},
  text: {
    sql: 'text',
    values: ["''", "'a'", "'A'", "'ab'", "'b c'", "'É'", "'ß'", "'😀'", "'10'", 'NULL'],
  },
  bool: {sql: 'bool', values: ['true', 'false', 'NULL']},
  date: {sql: 'date', values: ["'2024-02-29'", "'2023-12-31'", "'2024-03-01'", 'NULL']},
  timestamptz: {
    sql: 'timestamptz',
    values: [
      "'2024-02-29 12:30:45.678901+00'",
      "'2024-02-29 00:00:00+00'",
      "'2023-12-31 23:59:59.5+00'",
      'NULL',
    ],
  },
  timestamp: {
    sql: 'timestamp',
    values: ["'2024-02-29 12:30:45.5'", "'1999-12-31 23:59:59.999999'", "'infinity'", 'NULL'],
  },
  float4: {sql: 'float4', values: ['0', '1.5', '0.1', '-3.25', 'NULL']},
  money: {sql: 'numeric(8,2)', values: ['0', '1', '9.99', '-0.50', 'NULL']},
  interval: {
    sql: 'interval',
    values: ["'1 day'", "'24:00:00'", "'-1 mon 2 days 03:04:05.5'", "'00:00:00'", 'NULL'],
  },
  list: {sql: 'int4[]', values: ["'{}'", "'{1,2}'", "'{2,NULL,3}'", "'{1}'", 'NULL']},
  jsonb: {
    sql: 'jsonb',
    values: [`'{"a": 1, "b": [1, "x", null]}'`, `'[1, 2.50]'`, `'"é"'`, `'{"a": null}'`, 'NULL'],
  },
} as const;

const KINDS = Object.keys(TYPES) as ColumnType[];

/** Two or three tables, each with an id, a key to join by, and some columns more. */
export function generatedTables(pick: Pick): readonly GeneratedTable[] {
  const names = pick([
    ['t', 'u'],
    ['t', 'u', 'v'],
  ]);
  return names.map((name) => {
    const kinds = [
      ...new Set([pick(KINDS), pick(KINDS), pick(KINDS), pick(KINDS), 'text' as const]),
    ];
    return {
      name,
      columns: [
        {name: 'id', type: 'int4' as const},
        {name: 'k', type: 'int4' as const},
        ...kinds.map((type, i) => ({name: `${type}_${i}`, type})),
      ],
    };
  });
}

export function createTable({name, columns}: GeneratedTable): string {
  const parts = columns.map((column) =>
    column.name === 'id' ? 'id int4 PRIMARY KEY' : `${column.name} ${TYPES[column.type].sql}`,
  );
  return `CREATE TABLE ${name} (${parts.join(', ')})`;
}

export const valueIn = (type: ColumnType, pick: Pick): string => pick(TYPES[type].values);
