import type {Chance} from './mortal.ts';

/** Each table as it is at first; `columns` are what it may be made again with. */
const MADE = {
  items: `CREATE TABLE items (id int PRIMARY KEY, v int NOT NULL, label text,
    price numeric(10, 2) DEFAULT 1.5, at timestamptz DEFAULT '2026-01-02 03:04:05.06+00')`,
  pairs: `CREATE TABLE pairs (a int, b text, n int, PRIMARY KEY (a, b))`,
  bag: `CREATE TABLE bag (x int, y text); ALTER TABLE bag REPLICA IDENTITY FULL`,
  parts: `CREATE TABLE parts (id int, region text, amount numeric, PRIMARY KEY (id, region))
    PARTITION BY LIST (region);
    CREATE TABLE parts_n PARTITION OF parts FOR VALUES IN ('n');
    CREATE TABLE parts_s PARTITION OF parts FOR VALUES IN ('s')`,
  moods: `CREATE TABLE moods (id int PRIMARY KEY, item_id int, mood mood, place spot)`,
} as const;

export const TABLES = Object.keys(MADE) as readonly (keyof typeof MADE)[];

export const WORLD = `
  CREATE SCHEMA other;
  CREATE TYPE mood AS ENUM ('sad', 'calm', 'happy');
  CREATE TYPE spot AS (x int, y int);
  ${Object.values(MADE).join(';')};
  CREATE PUBLICATION chaos FOR TABLE ${TABLES.join(', ')} WITH (publish_via_partition_root = true);`;

/** Makes what is missing, and gives what is left its first columns: all is as it was. */
export const RESTORED = `
  DROP TABLE IF EXISTS items_gone, other.items, parts_n, parts_s, parts_x, items_b, ${TABLES.join(', ')} CASCADE;
  ${Object.values(MADE).join(';')}`;

/** A change of the schema, as SQL. It may not fit what is there: then it fails, as a user's may. */
type Move = (random: Chance) => string;

const alter = (table: string, what: string): string => `ALTER TABLE ${table} ${what}`;

/** A table that goes and comes again, with the columns of `made`. */
const again = (table: string, made: string, between = ''): string =>
  `DROP TABLE IF EXISTS ${table} CASCADE; ${between}${made}; ALTER PUBLICATION chaos ADD TABLE ${table}`;

const RETYPED: readonly Move[] = [
  () => alter('items', 'ALTER v TYPE bigint USING v::text::numeric::bigint'),
  () => alter('items', 'ALTER v TYPE int USING v::text::numeric::int'),
  () => alter('items', 'ALTER v TYPE text USING v::text'),
  () => alter('items', 'ALTER v TYPE numeric USING v::text::numeric'),
  () => alter('items', 'ALTER v TYPE int USING v::text::numeric::int + 1'),
  () => alter('items', 'ALTER at TYPE timestamp USING at::text::timestamp'),
  () => alter('items', 'ALTER at TYPE timestamptz USING at::text::timestamptz'),
  () => alter('items', 'ALTER at TYPE date USING at::text::date'),
  () => alter('items', 'ALTER at TYPE text USING at::text'),
  () => alter('items', 'ALTER price TYPE numeric(12, 3)'),
  () => alter('items', 'ALTER price TYPE numeric(10, 2)'),
  () => alter('items', `ALTER label TYPE varchar(4000)`),
  () => alter('items', `ALTER label TYPE text COLLATE "C"`),
  () => alter('pairs', 'ALTER n TYPE text USING n::text'),
  () => alter('pairs', 'ALTER n TYPE int USING n::numeric::int'),
  () => alter('bag', 'ALTER x TYPE bigint'),
  () => alter('bag', 'ALTER x TYPE int'),
  () => alter('moods', 'ALTER mood TYPE text USING mood::text'),
  () => alter('moods', 'ALTER mood TYPE mood USING mood::text::mood'),
  () => alter('parts', 'ALTER amount TYPE numeric(12, 1)'),
  () => alter('parts', 'ALTER amount TYPE numeric'),
];

const COLUMNS: readonly Move[] = [
  ({below}) => alter('items', `ADD extra int DEFAULT ${below(9)}`),
  () => alter('items', 'DROP extra'),
  ({below}) => alter('items', `ADD twice int GENERATED ALWAYS AS (id * ${below(4)}) STORED`),
  () => alter('items', 'DROP twice'),
  () => alter('items', 'ADD twice int DEFAULT 5'),
  () => alter('items', 'ALTER twice DROP EXPRESSION'),
  () => alter('items', 'RENAME label TO title'),
  () => alter('items', 'RENAME title TO label'),
  () => alter('items', 'DROP price, ADD price numeric(10, 2) DEFAULT 3'),
  ({below}) => alter('items', `ALTER price SET DEFAULT ${below(30)}`),
  () => alter('items', 'ALTER v DROP NOT NULL'),
  () => alter('pairs', 'ADD c text DEFAULT md5(random()::text)'),
  () => alter('pairs', 'DROP c'),
  () => alter('bag', `ADD z text DEFAULT 'z'`),
  () => alter('bag', 'DROP z'),
  () => alter('bag', 'DROP y, ADD y text'),
  () => alter('parts', 'ADD note text'),
  () => alter('parts', 'DROP note'),
  // Two that change places: no name, type or number of columns tells it.
  () => `ALTER TABLE pairs RENAME n TO m; ALTER TABLE pairs RENAME m TO n`,
  () => `ALTER TABLE items RENAME label TO was; ALTER TABLE items RENAME title TO label`,
];

const KEYS: readonly Move[] = [
  () => alter('items', 'DROP CONSTRAINT items_pkey, ADD PRIMARY KEY (id, v)'),
  () => alter('items', 'DROP CONSTRAINT items_pkey, ADD PRIMARY KEY (id)'),
  () => alter('items', 'DROP CONSTRAINT items_pkey'),
  () => alter('items', 'ADD PRIMARY KEY (id)'),
  () => alter('pairs', 'DROP CONSTRAINT pairs_pkey, ADD PRIMARY KEY (b, a)'),
  () => alter('pairs', 'DROP CONSTRAINT pairs_pkey, ADD PRIMARY KEY (a, b)'),
  () => alter('bag', 'ADD PRIMARY KEY (x)'),
  () => alter('bag', 'DROP CONSTRAINT bag_pkey'),
  ({pick}) =>
    alter(
      pick(['items', 'pairs', 'bag', 'moods', 'parts_n']),
      `REPLICA IDENTITY ${pick(['FULL', 'FULL', 'DEFAULT', 'NOTHING'])}`,
    ),
  () => `CREATE UNIQUE INDEX IF NOT EXISTS pairs_ba ON pairs (b, a);
    ALTER TABLE pairs REPLICA IDENTITY USING INDEX pairs_ba`,
  () => 'DROP INDEX IF EXISTS pairs_ba',
];

const NAMES: readonly Move[] = [
  () => alter('items', 'RENAME TO items_gone'),
  () => alter('items_gone', 'RENAME TO items'),
  () => 'ALTER TABLE items RENAME TO items_b; ALTER TABLE items_b RENAME TO items',
  () => alter('items', 'SET SCHEMA other'),
  () => alter('other.items', 'SET SCHEMA public'),
  () =>
    'ALTER TABLE bag RENAME TO bag_b; ALTER TABLE pairs RENAME TO bag; ALTER TABLE bag_b RENAME TO pairs',
  () => again('items', MADE.items),
  () => again('items', 'CREATE TABLE items (v text, id bigint PRIMARY KEY, label int)'),
  () => again('pairs', 'CREATE TABLE pairs (n int, b text, a int, PRIMARY KEY (b, a))'),
  () => again('pairs', MADE.pairs),
  () => again('bag', MADE.bag),
  () => again('moods', MADE.moods),
  ({pick}) => `DROP TABLE ${pick(TABLES)} CASCADE`,
  ({pick}) => MADE[pick(TABLES)],
];

const PARTITIONS: readonly Move[] = [
  () => alter('parts', 'DETACH PARTITION parts_s'),
  () => alter('parts', `ATTACH PARTITION parts_s FOR VALUES IN ('s')`),
  () => 'TRUNCATE parts_s',
  () => `DROP TABLE parts_s; CREATE TABLE parts_s PARTITION OF parts FOR VALUES IN ('s')`,
  () => `CREATE TABLE parts_x (LIKE parts); INSERT INTO parts_x (id, region) VALUES (1, 'x'), (2, 'x');
    ALTER TABLE parts_x ALTER id SET NOT NULL, ALTER region SET NOT NULL;
    ALTER TABLE parts ATTACH PARTITION parts_x FOR VALUES IN ('x')`,
  () => 'DROP TABLE parts_x',
  () => `ALTER TABLE parts DETACH PARTITION parts_s; DELETE FROM parts_s WHERE id < 5;
    ALTER TABLE parts ATTACH PARTITION parts_s FOR VALUES IN ('s')`,
];

const TYPES: readonly Move[] = [
  ({below}) => `ALTER TYPE mood ADD VALUE IF NOT EXISTS 'm${below(30)}' BEFORE 'calm'`,
  ({below}) => `ALTER TYPE mood ADD VALUE IF NOT EXISTS 'm${below(30)}'`,
  ({below}) => `ALTER TYPE mood RENAME VALUE 'm${below(30)}' TO 'r${below(30)}'`,
  () => `ALTER TYPE mood RENAME VALUE 'happy' TO 'glad'`,
  () => `ALTER TYPE mood RENAME VALUE 'glad' TO 'happy'`,
  () => 'ALTER TYPE mood RENAME TO temper; ALTER TYPE temper RENAME TO mood',
  () => 'ALTER TYPE spot ADD ATTRIBUTE z int',
  () => 'ALTER TYPE spot DROP ATTRIBUTE z',
];

const PUBLISHED: readonly Move[] = [
  ({pick}) => `ALTER PUBLICATION chaos DROP TABLE ${pick(TABLES)}`,
  ({pick}) => `ALTER PUBLICATION chaos ADD TABLE ${pick(TABLES)}`,
  ({pick}) => {
    const table = pick(['items', 'pairs', 'moods']);
    return `ALTER PUBLICATION chaos DROP TABLE ${table}; DELETE FROM ${table} WHERE random() < 0.3;
      ALTER PUBLICATION chaos ADD TABLE ${table}`;
  },
  () => `ALTER PUBLICATION chaos SET TABLE ${TABLES.join(', ')}`,
  ({pick}) => `ALTER PUBLICATION chaos SET TABLE ${pick(TABLES)}`,
  () => `ALTER PUBLICATION chaos SET (publish = 'insert'); DELETE FROM pairs WHERE random() < 0.5;
    ALTER PUBLICATION chaos SET (publish = 'insert, update, delete, truncate')`,
  ({pick}) =>
    `ALTER PUBLICATION chaos SET (publish_via_partition_root = ${pick(['true', 'false'])})`,
  ({pick, below}) =>
    `ALTER PUBLICATION chaos SET TABLE ${pick([
      'items (id, v)',
      'items (id, v), pairs',
      `items WHERE (id > ${below(12)}), pairs, bag`,
      'pairs WHERE (a < 7), parts',
      'moods (id, mood), bag',
    ])}`,
  () => 'ALTER PUBLICATION chaos ADD TABLES IN SCHEMA other',
  () => 'ALTER PUBLICATION chaos DROP TABLES IN SCHEMA other',
  () => `DROP PUBLICATION chaos; CREATE PUBLICATION chaos FOR TABLE ${TABLES.join(', ')}`,
];

const KINDS: Readonly<Record<string, readonly Move[]>> = {
  retyped: RETYPED,
  columns: COLUMNS,
  keys: KEYS,
  names: NAMES,
  partitions: PARTITIONS,
  types: TYPES,
  published: PUBLISHED,
};

/** The kinds of moves that a run has: most faults hide where others are absent. */
export function kindsOf(random: Chance): readonly string[] {
  const all = Object.keys(KINDS);
  const some = all.filter(() => random.is(0.5));
  return some.length > 0 ? some : all;
}

/** A change of the schema of one of the kinds. */
export function moveText(kinds: readonly string[], random: Chance): string {
  return random.pick(KINDS[random.pick(kinds)]!)(random);
}

/**
 * What has every table that is there published, and its rows told apart: then a query can be
 * answered if and only if Postgres can answer it.
 */
export const FOLLOWABLE = `
  DO $do$ DECLARE one record; BEGIN
    ALTER PUBLICATION chaos SET (publish = 'insert, update, delete, truncate',
      publish_via_partition_root = true);
    FOR one IN SELECT c.oid::regclass AS name, c.relreplident AS identity, c.oid AS oid,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS keyed,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident) AS indexed
      FROM pg_class c WHERE c.relkind IN ('r', 'p')
        AND c.relnamespace IN ('public'::regnamespace, 'other'::regnamespace)
    LOOP
      IF one.identity = 'n' OR (one.identity = 'i' AND NOT one.indexed)
          OR (one.identity = 'd' AND NOT one.keyed) THEN
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', one.name);
      END IF;
      IF EXISTS (SELECT FROM pg_publication_rel r WHERE r.prrelid = one.oid
          AND (r.prqual IS NOT NULL OR r.prattrs IS NOT NULL)) THEN
        EXECUTE format('ALTER PUBLICATION chaos DROP TABLE %s', one.name);
      END IF;
      IF NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prrelid = one.oid)
          AND NOT EXISTS (SELECT FROM pg_class p WHERE p.oid = one.oid AND p.relispartition) THEN
        EXECUTE format('ALTER PUBLICATION chaos ADD TABLE %s', one.name);
      END IF;
    END LOOP;
  END $do$`;
