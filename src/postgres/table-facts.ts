import {tableId} from '../data/schema.ts';
import type {Problem} from '../lib/problem.ts';
import {COLUMN_COLLATION, type CollationFacts, DATABASE_COLLATION} from './collations.ts';
import {quoteIdent, quoteTable} from './identifiers.ts';
import {tableProblems} from './problems-preflight.ts';

/** What the catalog says of one table. Oids fit a number: they are 32 bits, unsigned. */
export interface TableFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** r: table, p: partitioned, v: view, m: materialized view, f: foreign. */
  readonly kind: string;
  /** p: permanent, u: unlogged, t: temporary. */
  readonly persistence: string;
  /** d: the primary key, n: nothing, f: whole rows, i: an index. */
  readonly identity: string;
  readonly readable: boolean;
  /** Row security would hide rows from us. */
  readonly filtered: boolean;
  readonly columns: readonly {
    readonly name: string;
    readonly number: number;
    readonly type: number;
    readonly modifier: number;
    readonly generated: boolean;
    /** Generated when it is read (from Postgres 18): in no log. */
    readonly virtual: boolean;
    /** Null of a type that has none. */
    readonly collation: CollationFacts | null;
  }[];
  /** The database's own. */
  readonly collation: CollationFacts;
  /** Column numbers of the primary key that is checked at once; null without one. */
  readonly primary_key: readonly number[] | null;
  /** Column numbers of the index that REPLICA IDENTITY USING INDEX names. */
  readonly identity_index: readonly number[] | null;
  /** An index that could be the replica identity. */
  readonly candidate: string | null;
  readonly foreign_keys: readonly {
    readonly name: string;
    readonly columns: readonly number[];
    readonly schema: string;
    readonly table: string;
    readonly referenced: readonly string[];
  }[];
  readonly leaves: readonly {readonly oid: number; readonly identity: string}[];
}

// An index's columns: the first indnkeyatts of indkey, which counts from 0.
const KEY = `to_jsonb((i.indkey::int2[])[0:i.indnkeyatts - 1])`;

/**
 * Facts of the tables whose oids are $1. A foreign key with PERIOD (Postgres 18) is none that
 * joins rows: what it refers to may lie in several rows, and is not equal.
 */
export const TABLE_FACTS = `
  SELECT c.oid AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
    c.relpersistence AS persistence, c.relreplident AS identity,
    has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
    row_security_active(c.oid) AS filtered,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'number', a.attnum,
        'type', a.atttypid::int8, 'modifier', a.atttypmod, 'generated', a.attgenerated <> '',
        'virtual', a.attgenerated = 'v', 'collation', ${COLUMN_COLLATION}) ORDER BY a.attnum), '[]')
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
      AS columns,
    ${DATABASE_COLLATION} AS collation,
    (SELECT ${KEY} FROM pg_index i
      WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate AND i.indisvalid)
      AS primary_key,
    (SELECT ${KEY} FROM pg_index i
      WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid) AS identity_index,
    (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
        AND i.indpred IS NULL AND NOT 0 = ANY (i.indkey::int2[])
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
          AND a.attnum = ANY (i.indkey::int2[]) AND NOT a.attnotnull)
      ORDER BY i.indisprimary DESC, x.relname LIMIT 1) AS candidate,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'columns', to_jsonb(k.conkey),
        'schema', fn.nspname, 'table', f.relname, 'referenced',
        (SELECT jsonb_agg(a.attname ORDER BY u.position)
          FROM unnest(k.confkey) WITH ORDINALITY AS u(number, position)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number))
        ORDER BY k.conname), '[]')
      FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
      JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0
        AND to_jsonb(k) -> 'conperiod' IS DISTINCT FROM 'true') AS foreign_keys,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('oid', l.oid::int8, 'identity', l.relreplident)
        ORDER BY l.oid), '[]')
      FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid
      WHERE c.relkind = 'p' AND t.isleaf) AS leaves
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid::int8 = ANY ($1::int8[])
  ORDER BY n.nspname, c.relname`;

/**
 * The columns by which the stream names the row of an UPDATE or DELETE. Empty under
 * REPLICA IDENTITY FULL without a primary key: the whole row is the name then.
 */
export function identityOf({identity, primary_key, identity_index}: TableFacts): readonly number[] {
  return (identity === 'i' ? identity_index : primary_key) ?? [];
}

/** Why a table cannot be followed; undefined where it can. */
export function refusalOf(facts: TableFacts, role: string): Problem | undefined {
  const table = tableId(facts.schema, facts.name);
  const kind = unsupportedKind(facts);
  if (kind) return tableProblems['table-kind-unsupported']({table, ...kind});
  if (!facts.readable) {
    const schema = quoteIdent(facts.schema);
    const to = quoteIdent(role);
    const sql = `GRANT USAGE ON SCHEMA ${schema} TO ${to};\nGRANT SELECT ON ${quoteTable(facts)} TO ${to};`;
    return tableProblems['table-unreadable']({table, role, sql});
  }
  if (facts.filtered) return tableProblems['table-row-security']({table, role});
  const why = identityLack(facts);
  if (why === undefined) return undefined;
  return tableProblems['table-without-identity']({table, why, sql: identitySql(facts)});
}

function unsupportedKind({
  kind,
  persistence,
  schema,
  name,
}: TableFacts): {what: string; hint: string} | undefined {
  if (kind === 'v') return {what: 'view', hint: 'name the tables it reads from'};
  if (kind === 'm') return {what: 'materialized view', hint: 'name the tables it reads from'};
  if (kind === 'f') return {what: 'foreign table', hint: 'make its own server a source'};
  if (persistence === 't') return {what: 'temporary table', hint: 'use a permanent table'};
  if (persistence !== 'u') return undefined;
  return {what: 'unlogged table', hint: `ALTER TABLE ${quoteTable({schema, name})} SET LOGGED;`};
}

/** Rows of a partitioned table are logged under the identity of their partition. */
function identityLack(facts: TableFacts): string | undefined {
  const {identity, primary_key, identity_index, leaves} = facts;
  const logged = leaves.length > 0 ? leaves.map((leaf) => leaf.identity) : [identity];
  if (logged.includes('n')) return 'its replica identity is nothing';
  if (identity === 'i' && !identity_index) return 'the index of its replica identity is gone';
  if (identity === 'i') return undefined;
  if (!primary_key && logged.some((each) => each !== 'f')) {
    return 'it has no primary key, or one that is DEFERRABLE';
  }
  return undefined;
}

function identitySql(facts: TableFacts): string {
  const table = `ALTER TABLE ${quoteTable(facts)} REPLICA IDENTITY`;
  if (facts.primary_key) return `${table} DEFAULT;`;
  return facts.candidate === null
    ? `${table} FULL;`
    : `${table} USING INDEX ${quoteIdent(facts.candidate)};`;
}
