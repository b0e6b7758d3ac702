import type pg from 'pg';
import type {TableId} from '../data/schema.ts';
import type {Catalog} from './catalog.ts';
import type {ReadPublication} from './publication.ts';

/**
 * What tells, for each table, that it is another one than before, where the stream of
 * changes says nothing of it.
 */
export type TableMarks = ReadonlyMap<TableId, TableMark>;

export interface TableMark {
  /** Which table it is, its partitions and their files, when its columns were altered last. */
  readonly itself: string;
  /** What is followed of it, and since when it is published. */
  readonly followed: string;
}

interface MarkRow {
  readonly oid: number;
  readonly columns: string | null;
  readonly composites: string | null;
  readonly file: number | null;
}

// A column that gets new values by ALTER TABLE keeps its description, and not its xmin. A
// partition's file: where it is truncated alone, its root's stream does not say so. A composite
// type keeps its name when it gets an attribute, and its values print otherwise.
const MARKS = `
  SELECT c.oid AS oid, CASE WHEN c.relispartition THEN pg_relation_filenode(c.oid) END AS file,
    (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns,
    (SELECT string_agg(x.xmin::text, ',' ORDER BY a.attnum, x.attrelid, x.attnum)
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      JOIN pg_type e ON e.oid IN (t.oid, t.typelem, t.typbasetype) AND e.typtype = 'c'
      JOIN pg_attribute x ON x.attrelid = e.typrelid AND x.attnum > 0
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS composites
  FROM pg_class c WHERE c.oid::int8 = ANY ($1::int8[])`;

/** The mark of a table that is there and cannot be followed. */
const REFUSED: TableMark = {itself: 'refused', followed: ''};

/** The marks of tables as they were just described. */
export async function readMarks(
  client: pg.Client,
  {followed, refusedTables}: Catalog,
  publication: ReadPublication | undefined,
): Promise<TableMarks> {
  const oids = followed.flatMap(({oid, leaves}) => [oid, ...leaves]);
  const {rows} = await client.query<MarkRow>(MARKS, [oids]);
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  const {version, viaRoot, leavesOut, covers} = publication ?? {};
  const marks = new Map(refusedTables.map((id) => [id, REFUSED]));
  for (const one of followed) {
    const its = [one.oid, ...one.leaves];
    // What was taken back is noticed too: changes between the two were not sent.
    const entries = its.map((oid) => covers?.get(oid)?.entry);
    marks.set(one.table.id, {
      itself: JSON.stringify(its.map((oid) => byOid.get(oid))),
      followed: JSON.stringify([one, version, viaRoot, leavesOut, entries]),
    });
  }
  return marks;
}
