import type pg from 'pg';
import {type Table, type TableId, tableId} from '../data/schema.ts';
import {nearest} from '../lib/nearest.ts';
import type {Problem} from '../lib/problem.ts';
import {collatedType, collationOf} from './collations.ts';
import {parseTableName, quoteTable, type TableName} from './identifiers.ts';
import {tableProblems} from './problems-preflight.ts';
import type {ReadPublication} from './publication.ts';
import {identityOf, refusalOf, TABLE_FACTS, type TableFacts} from './table-facts.ts';
import {readTypes, type TypeOf} from './types.ts';

/** A table that can be followed, as the database describes it. */
export interface FollowedTable {
  readonly oid: number;
  readonly table: Table;
  readonly replicaIdentity: ReplicaIdentity;
  /** Its columns as the stream sends them, in the order of `table.columns`. */
  readonly wire: readonly WireColumn[];
  /** Oids of its partitions: under some publications changes come in their names. */
  readonly leaves: readonly number[];
  /** Whether a plain SELECT would read the tables that inherit from it as well. */
  readonly only: boolean;
  /** The publication's condition on its rows, in SQL. */
  readonly rowFilter: string | undefined;
}

export type ReplicaIdentity = 'default' | 'nothing' | 'full' | 'index';

export interface WireColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly modifier: number;
}

/** What the database has of the tables asked for. */
export interface Catalog {
  readonly followed: readonly FollowedTable[];
  /** Why a table is not followed. */
  readonly refused: readonly Problem[];
  /** Those of them that are there. */
  readonly refusedTables: readonly TableId[];
  /** What is to be known of tables that are followed. */
  readonly warnings: readonly Problem[];
}

export interface TableKey {
  readonly table: string;
  readonly keyColumns: readonly string[];
}

/**
 * Describes the tables of `names` as they are now. A table that cannot be followed is
 * left out, and `refused` says why. `publication` limits columns and rows where it does.
 */
export async function describeTables(
  client: pg.Client,
  asked: {
    readonly names: readonly string[];
    readonly tableKeys: readonly TableKey[];
    readonly publication: ReadPublication | undefined;
    readonly role: string;
  },
): Promise<Catalog> {
  const {oids, missing} = await resolveNames(client, asked.names);
  const {rows} = await client.query<TableFacts>(TABLE_FACTS, [oids]);
  const refused: Problem[] = [...missing];
  const refusedTables: TableId[] = [];
  const warnings: Problem[] = [];
  const usable = rows.filter((facts) => {
    const refusal = refusalOf(facts, asked.role);
    if (refusal) {
      refused.push(refusal);
      refusedTables.push(tableId(facts.schema, facts.name));
    }
    return !refusal;
  });
  const typeOids = usable.flatMap(({columns}) => columns.map(({type}) => type));
  const typeOf = await readTypes(client, typeOids);
  const followed = usable.map((facts) => {
    const described = describe(facts, typeOf, asked);
    warnings.push(...described.warnings);
    return described.followed;
  });
  return {followed, refused, refusedTables, warnings};
}

function describe(
  facts: TableFacts,
  typeOf: TypeOf,
  {
    publication,
    tableKeys,
  }: {publication: ReadPublication | undefined; tableKeys: readonly TableKey[]},
): {followed: FollowedTable; warnings: Problem[]} {
  const id = tableId(facts.schema, facts.name);
  const cover = publication?.covers.get(facts.oid);
  const columns = facts.columns.filter(
    ({name, generated}) =>
      (!generated || cover?.generated) && (cover?.columns?.includes(name) ?? !generated),
  );
  const warnings: Problem[] = [];
  const left = facts.columns.filter((column) => !columns.includes(column));
  if (left.length > 0) warnings.push(unpublished(id, left));
  const positions = new Map(columns.map(({number}, position) => [number, position]));
  const key = keyNumbers(facts, id, tableKeys, warnings);
  const table: Table = {
    id,
    schema: facts.schema,
    name: facts.name,
    columns: columns.map(({name, type, modifier, collation}) => ({
      name,
      type: collatedType(typeOf(type, modifier), collation),
    })),
    keyColumns: positionsOf(key, positions) ?? [],
    foreignKeys: facts.foreign_keys.flatMap(
      ({name, columns: numbers, schema, table, referenced}) => {
        const at = positionsOf(numbers, positions);
        const referencedTable = tableId(schema, table);
        return at ? [{name, columns: at, referencedTable, referencedColumns: referenced}] : [];
      },
    ),
    collation: collationOf(facts.collation),
  };
  const followed: FollowedTable = {
    oid: facts.oid,
    table,
    replicaIdentity: IDENTITIES[facts.identity] ?? 'default',
    wire: columns.map(({name, type, modifier}) => ({name, typeOid: type, modifier})),
    leaves: facts.leaves.map(({oid}) => oid),
    only: facts.kind === 'r',
    rowFilter: cover?.rowFilter,
  };
  return {followed, warnings};
}

const IDENTITIES: Readonly<Record<string, ReplicaIdentity>> = {
  d: 'default',
  n: 'nothing',
  f: 'full',
  i: 'index',
};

/** The columns that identify a row; none where only the whole row does. */
function keyNumbers(
  facts: TableFacts,
  id: string,
  tableKeys: readonly TableKey[],
  warnings: Problem[],
): readonly number[] {
  const own = identityOf(facts);
  const names = tableKeys.find(({table}) => sameTable(table, facts))?.keyColumns;
  if (!names) return own;
  const numbers = names.flatMap(
    (name) => facts.columns.find((column) => column.name === name)?.number ?? [],
  );
  const same = numbers.length === own.length && numbers.every((number) => own.includes(number));
  // Only whole old rows let any other columns be the key.
  if (same || (facts.identity === 'f' && numbers.length === names.length)) return numbers;
  const sql = `ALTER TABLE ${quoteTable(facts)} REPLICA IDENTITY FULL;`;
  warnings.push(tableProblems['table-key-ignored']({table: id, sql}));
  return own;
}

function sameTable(text: string, {schema, name}: {schema: string; name: string}): boolean {
  const parsed = parseTableName(text);
  return parsed?.name === name && (parsed.schema === undefined || parsed.schema === schema);
}

function positionsOf(
  numbers: readonly number[],
  positions: ReadonlyMap<number, number>,
): number[] | undefined {
  const found = numbers.flatMap((number) => positions.get(number) ?? []);
  return found.length === numbers.length ? found : undefined;
}

function unpublished(table: string, columns: TableFacts['columns']): Problem {
  return tableProblems['columns-not-published']({
    table,
    columns: columns.map(({name}) => `"${name}"`),
    why: whyUnpublished(columns),
  });
}

function whyUnpublished(columns: TableFacts['columns']): string {
  if (columns.every(({virtual}) => virtual)) {
    return 'Postgres never sends virtual generated columns: they are in no log. STORED ones can be.';
  }
  return columns.every(({generated}) => generated)
    ? 'Postgres does not send generated columns unless the publication says so (from version 18).'
    : 'The publication lists the columns that it sends, and leaves these out.';
}

// A name without a schema is looked for along the search path; exact letters come first.
const RESOLVE = `
  SELECT asked.position::int AS position, found.oid AS oid,
    ARRAY(SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE lower(c.relname) = lower(asked.name) AND c.relkind IN ('r', 'p')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') LIMIT 3) AS near
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked(schema, name, position)
  CROSS JOIN (SELECT current_schemas(false) || ARRAY['public'::name] AS schemas) AS path
  LEFT JOIN LATERAL (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname IN (asked.name, lower(asked.name))
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (n.nspname = asked.schema OR asked.schema IS NULL AND n.nspname = ANY (path.schemas))
    ORDER BY c.relname = asked.name DESC, array_position(path.schemas, n.nspname)
    LIMIT 1) AS found ON true
  ORDER BY asked.position`;

async function resolveNames(
  client: pg.Client,
  names: readonly string[],
): Promise<{oids: number[]; missing: Problem[]}> {
  const missing: Problem[] = [];
  const parsed = names.flatMap((text): (TableName & {text: string})[] => {
    const name = parseTableName(text);
    if (!name) missing.push(tableProblems['table-name-malformed']({table: text}));
    return name ? [{...name, text}] : [];
  });
  const {rows} = await client.query<{position: number; oid: number | null; near: string[]}>(
    RESOLVE,
    [parsed.map(({schema}) => schema ?? null), parsed.map(({name}) => name)],
  );
  const oids = new Set<number>();
  const lost = rows.some(({oid, near}) => oid === null && near.length === 0);
  const known = lost ? await tableNames(client) : new Map<string, string>();
  for (const {position, oid, near} of rows) {
    const {text: table = '', name = ''} = parsed[position - 1] ?? {};
    const meant = known.get(nearest(name, known.keys()) ?? '');
    if (oid !== null) oids.add(oid);
    else {
      const alike = near.length > 0 || meant === undefined ? near : [meant];
      missing.push(tableProblems['table-missing']({table, near: alike}));
    }
  }
  return {oids: [...oids], missing};
}

// So many are enough to find a typing error among.
const TABLE_NAMES = `
  SELECT c.relname AS name, format('%I.%I', n.nspname, c.relname) AS whole
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  ORDER BY n.nspname = 'public', n.nspname, c.relname LIMIT 1000`;

/** Tables by name, as one would write them with their schema; of several of a name public's. */
async function tableNames(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const {rows} = await client.query<{name: string; whole: string}>(TABLE_NAMES);
  return new Map(rows.map(({name, whole}) => [name, whole]));
}
