import type pg from 'pg';
import {
  BOOL,
  BPCHAR,
  BYTEA,
  DATE,
  FLOAT4,
  FLOAT8,
  INT2,
  INT4,
  INT8,
  INTERVAL,
  JSON_TYPE,
  JSONB,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  TIMETZ,
  type Type,
  UUID,
} from '../data/type.ts';

/** The types of a database, as far as they were asked for. */
export type TypeOf = (oid: number, modifier: number) => Type;

interface TypeRow {
  readonly oid: number;
  readonly name: string;
  /** b: base, e: enum, d: domain, c: composite, r: range, m: multirange, p: pseudo. */
  readonly kind: string;
  readonly base: number;
  readonly base_modifier: number;
  /** 0 where it is no array whose elements Postgres separates by commas. */
  readonly element: number;
  readonly labels: readonly string[];
}

// An element's oid is a bigint to pg, since an oid is unsigned: hence the casts.
const TYPES = `
  WITH RECURSIVE wanted AS (
    SELECT oid FROM unnest($1::int8[]) AS asked(oid)
    UNION
    SELECT next.oid FROM wanted
      JOIN pg_type t ON t.oid = wanted.oid::oid
      CROSS JOIN LATERAL (VALUES (t.typbasetype::int8), (t.typelem::int8)) AS next(oid)
      WHERE next.oid <> 0
  )
  SELECT t.oid AS oid, format_type(t.oid, NULL) AS name, t.typtype AS kind,
    t.typbasetype AS base, t.typtypmod AS base_modifier,
    coalesce((SELECT e.oid FROM pg_type e
      WHERE e.typarray = t.oid AND e.typdelim = ','), 0::oid) AS element,
    ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder)
      AS labels
  FROM pg_type t WHERE t.oid::int8 IN (SELECT oid FROM wanted)`;

/** Looks types up, with the types they are made of. */
export async function readTypes(client: pg.Client, oids: readonly number[]): Promise<TypeOf> {
  const {rows} = await client.query<TypeRow>(TYPES, [[...new Set(oids)]]);
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  return (oid, modifier) => typeOf(byOid, oid, modifier);
}

/** Types by the oids that are the same in every Postgres. */
const BUILT_IN: ReadonlyMap<number, Type> = new Map([
  [16, BOOL],
  [17, BYTEA],
  [18, TEXT],
  [19, TEXT],
  [20, INT8],
  [21, INT2],
  [23, INT4],
  [25, TEXT],
  [114, JSON_TYPE],
  [700, FLOAT4],
  [701, FLOAT8],
  [1042, BPCHAR],
  [1043, TEXT],
  [1082, DATE],
  [1083, TIME],
  [1114, TIMESTAMP],
  [1184, TIMESTAMPTZ],
  [1186, INTERVAL],
  [1266, TIMETZ],
  [2950, UUID],
  [3802, JSONB],
]);
const NUMERIC_OID = 1700;

function typeOf(byOid: ReadonlyMap<number, TypeRow>, oid: number, modifier: number): Type {
  const builtIn = BUILT_IN.get(oid);
  if (builtIn) return builtIn;
  if (oid === NUMERIC_OID) return numericType(modifier);
  const row = byOid.get(oid);
  if (!row) return {kind: 'other', name: String(oid)};
  if (row.kind === 'd') return {...typeOf(byOid, row.base, row.base_modifier), name: row.name};
  if (row.kind === 'e') return {kind: 'enum', labels: row.labels, name: row.name};
  if (row.element !== 0) return {kind: 'array', element: typeOf(byOid, row.element, modifier)};
  return {kind: 'other', name: row.name};
}

/** numeric's modifier holds precision and scale: see numerictypmodin in Postgres's numeric.c. */
function numericType(modifier: number): Type {
  if (modifier < 4) return {kind: 'numeric'};
  const packed = modifier - 4;
  // Eleven bits of a signed scale: numeric(2, -3) rounds to thousands.
  const scale = ((packed & 0x7ff) ^ 1024) - 1024;
  return {kind: 'numeric', precision: (packed >> 16) & 0xffff, scale};
}
