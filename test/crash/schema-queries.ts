/** A query as the service has it, and as Postgres is asked for the same. */
export interface AskedQuery {
  readonly text: string;
  /** The same in SQL, where the text is not; `*` has no generated columns. */
  readonly sql: string;
}

const sql = (text: string): AskedQuery => ({text, sql: text});
const cypher = (text: string, same: string): AskedQuery => ({text, sql: same});

export const ASKED: readonly AskedQuery[] = [
  sql('SELECT id, v, label FROM items'),
  sql('SELECT id, title FROM items'),
  sql('SELECT id, extra FROM items WHERE extra > 3'),
  sql('SELECT * FROM items'),
  sql('SELECT id, at, price FROM items WHERE id > 2'),
  sql('SELECT v, count(*) AS n FROM items GROUP BY v'),
  sql('SELECT sum(v) AS total, min(label) AS low, max(price) AS high FROM items'),
  sql('SELECT i.id, p.b, p.n FROM items i JOIN pairs p ON p.a = i.id'),
  sql('SELECT i.id, m.mood FROM items i LEFT JOIN moods m ON m.item_id = i.id'),
  sql('SELECT * FROM pairs'),
  sql('SELECT a, n FROM pairs ORDER BY a, n LIMIT 5'),
  sql('SELECT x, y FROM bag'),
  sql('SELECT * FROM bag'),
  sql('SELECT y, count(*) AS n FROM bag GROUP BY y'),
  sql('SELECT region, sum(amount) AS total, count(*) AS n FROM parts GROUP BY region'),
  sql('SELECT * FROM parts'),
  sql(`SELECT id, mood FROM moods WHERE mood > 'calm'`),
  sql('SELECT max(mood) AS top, count(*) AS n FROM moods'),
  sql('SELECT * FROM moods'),
  sql('SELECT id FROM other.items'),
  cypher(
    'MATCH (i:`public.items`) RETURN i.id AS id, i.label AS label',
    'SELECT id, label FROM items',
  ),
  cypher(
    'MATCH (i:`public.items`) RETURN i.v AS v, count(*) AS n',
    'SELECT v, count(*) AS n FROM items GROUP BY v',
  ),
  cypher('MATCH (b:bag) RETURN b.x AS x, b.y AS y', 'SELECT x, y FROM bag'),
  cypher(
    'MATCH (p:parts) RETURN p.region AS region, count(*) AS n',
    'SELECT region, count(*) AS n FROM parts GROUP BY region',
  ),
  cypher('MATCH (m:moods) RETURN m.id AS id, m.mood AS mood', 'SELECT id, mood FROM moods'),
];
