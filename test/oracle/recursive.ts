import {type ExpressionType, expression, type ScopeColumn} from './expressions.ts';
import type {GeneratedTable, Pick} from './schema.ts';

/** A WITH RECURSIVE query `r (n, d, x)`: what of it depends on chance, and ends for sure. */
export interface GeneratedRecursion {
  /** What stands behind WITH. */
  readonly with: string;
  /** Its columns as those of an alias. */
  readonly columns: (alias: string) => readonly ScopeColumn[];
}

const TYPES: readonly ExpressionType[] = ['int4', 'numeric', 'text', 'int8', 'bool', 'date'];

/**
 * Trees, and graphs with circles: columns `k` lead to `id`s and `k`s of other rows. UNION
 * alone ends by itself, if its rows are of a finite kind; all else by its depth `d`.
 */
export function generatedRecursion(
  tables: readonly GeneratedTable[],
  pick: Pick,
  mask: ReadonlySet<string>,
): GeneratedRecursion {
  const type = pick(TYPES);
  const [first, other] = [pick(tables), pick(tables)];
  const scoped = (table: GeneratedTable, alias: string): readonly ScopeColumn[] =>
    table.columns.map((column) => ({sql: `${alias}.${column.name}`, type: column.type}));
  const own: readonly ScopeColumn[] = [
    {sql: 'r.n', type: 'int4'},
    {sql: 'r.d', type: 'int4'},
    {sql: 'r.x', type},
  ];
  const endless = pick([false, false, true]);
  // Postgres wants one precision of both, which a sum has not; with us they may differ.
  const bare = (sql: string): string => (type === 'numeric' ? `(${sql}) + 0` : sql);
  const from = bare(expression({pick, columns: scoped(first, 'a'), mask}, type, 2));
  const within = {pick, columns: [...own, ...scoped(other, 'b')], mask};
  // Values that grow with each round would never repeat.
  const next = endless ? 'r.x' : pick(['r.x', bare(expression(within, type, 2))]);
  const depth = endless ? pick(['0', 'b.id % 2']) : 'r.d + 1';
  const more = pick(['', '', ` AND ${expression(within, 'bool', 2)}`, ...asked(other)]);
  const word = endless ? 'UNION' : pick(['UNION', 'UNION ALL', 'UNION ALL']);
  const base = `SELECT a.${pick(['id', 'k'])}, 0, ${from} FROM ${first.name} a${pick(['', ' WHERE a.id < 3', ' WHERE a.k IS NULL'])}`;
  const target = pick(['b.id', 'b.k']);
  const distinct = pick(['', '', 'DISTINCT ']);
  const step = `SELECT ${distinct}${target}, ${depth}, ${next} FROM ${joined(other, pick)} WHERE ${endless ? 'true' : 'r.d < 3'}${more}`;
  const left = step.includes(' l ') ? step.replaceAll(/\bb\./g, 'l.') : step;
  return {
    with: `RECURSIVE r (n, d, x) AS (${base} ${word} ${left})`,
    columns: (alias) => own.map((column) => ({...column, sql: column.sql.replace(/^r/, alias)})),
  };
}

function joined({name}: GeneratedTable, pick: Pick): string {
  const on = pick(['b.k = r.n', 'b.id = r.n', 'b.k = r.n AND b.id <> 2']);
  return pick([
    `r JOIN ${name} b ON ${on}`,
    `${name} b JOIN r ON ${on}`,
    `r, (SELECT * FROM ${name} WHERE id > 1) b`,
    `r LEFT JOIN ${name} b ON ${on}`,
    `${name} b RIGHT JOIN r ON ${on}`,
    `(SELECT r.n, r.d, r.x FROM r) r JOIN ${name} b ON ${on}`,
    `r CROSS JOIN LATERAL (SELECT * FROM ${name} q WHERE q.k = r.n ORDER BY q.id DESC LIMIT 2) l `,
  ]);
}

const asked = ({name}: GeneratedTable): readonly string[] => [
  ` AND EXISTS (SELECT 1 FROM ${name} c WHERE c.k = r.n)`,
  ` AND r.n NOT IN (SELECT c.k FROM ${name} c WHERE c.k IS NOT NULL)`,
  ` AND (SELECT count(*) FROM ${name} c WHERE c.id > r.n) < 4`,
];
