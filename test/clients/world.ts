import {queryYaml} from '../support/service.ts';

export const TABLES = `
  CREATE TABLE items (id int PRIMARY KEY, grp int NOT NULL, val numeric, name text, fat text);
  ALTER TABLE items REPLICA IDENTITY FULL;
  CREATE TABLE notes (id int PRIMARY KEY, item_id int, body text);
  CREATE TABLE texts (k text PRIMARY KEY, v jsonb);
  INSERT INTO items SELECT n, 1 + n % 4, n * 1.10, 'item ' || n, '' FROM generate_series(1, 40) AS n;
  INSERT INTO notes SELECT n, 1 + n % 50, 'note ' || n FROM generate_series(1, 30) AS n;
  INSERT INTO texts VALUES ('a|b', '{"x": [1, 2]}'), ('"', '"]}"'), ('é 😀', '95.00'), ('', 'null');
  CREATE PUBLICATION test_publication FOR TABLE items, notes, texts`;

/** Items up to here are never deleted, and keep their keys. */
export const IMMORTAL = 12;

/** Texts of each query that changes take turns with; a query of the configuration has the first. */
export const TEXTS: Readonly<Record<string, readonly string[]>> = {
  all: ['SELECT id, grp, val, name FROM items'],
  high: [
    'SELECT id, val FROM items WHERE val > 20',
    'SELECT id, val FROM items WHERE val > 30',
    'SELECT id, val, name FROM items WHERE val > 20',
    'SELECT id, name FROM items WHERE val < 15',
    'SELECT id::numeric AS id, val FROM items WHERE val > 20',
    'SELECT id::text AS id, val FROM items WHERE val > 20',
  ],
  agg: [
    'SELECT grp, count(*) AS n, sum(val) AS total FROM items GROUP BY grp',
    'SELECT grp, max(val) AS most FROM items GROUP BY grp',
    'SELECT grp::text AS grp, count(*) AS n FROM items GROUP BY grp::text',
  ],
  joined: [
    'SELECT i.id AS item, n.id AS note, n.body FROM items i JOIN notes n ON n.item_id = i.id',
  ],
  top: [
    'SELECT id, val, name FROM items ORDER BY val DESC NULLS LAST, id LIMIT 7',
    'SELECT id, val, name FROM items ORDER BY val, id LIMIT 5',
  ],
  hidden: ['SELECT id, name FROM items ORDER BY val DESC, id'],
  texts: ['SELECT k, v FROM texts'],
  failing: ['SELECT id, 100 / grp AS part FROM items', 'SELECT id, 10 / grp AS part FROM items'],
  fat: ['SELECT id, fat FROM items'],
  none: ['SELECT id FROM items WHERE id < 0', 'SELECT id, val FROM items WHERE id < 0'],
};

export const IDS = Object.keys(TEXTS);

/** Those that are given other texts, stopped, deleted and added. */
export const CHANGING = ['high', 'agg', 'top', 'failing', 'none'];

/** Those with an ORDER BY. */
export const ORDERED = ['top', 'hidden'];

/** Those that nobody changes. */
export const STEADY = ['all', 'joined', 'hidden', 'texts', 'fat'];

export const queriesYaml = (): string => IDS.map((id) => queryYaml(id, TEXTS[id]![0]!)).join('');

export const REACTIONS = `
  - {kind: sse, id: some, host: 127.0.0.1, port: 0, queries: [all, agg, top, high], heartbeatIntervalMs: 100}
  - {kind: sse, id: beats, host: 127.0.0.1, port: 0, queries: [texts, hidden, joined, failing, none], heartbeatIntervalMs: 150, heartbeat: data}
  - kind: sse
    id: worded
    host: 127.0.0.1
    port: 0
    queries: [all, texts]
    heartbeatIntervalMs: 100
    routes:
      all:
        added: {template: 'A{{after.id}}', path: in}
        updated: {template: 'U{{after.id}} {{before.val}} {{after.val}}', path: 'of/{{after.grp}}'}
        deleted: {template: 'D{{before.id}}'}
  - {kind: log, id: lines, queries: [all, texts]}
`;

/** Limits in turns: most of what the documents say of them is met within seconds. */
export const LIMITS = [
  {limits: 'clientBehindEvents: 40', keepsAll: true, store: false, crowd: false},
  {
    limits: 'eventLogEvents: 80, clientBehindEvents: 25',
    keepsAll: false,
    store: false,
    crowd: false,
  },
  {limits: 'clientBehindEvents: 30', keepsAll: true, store: true, crowd: false},
  {
    limits: 'clientBehindEvents: 20, clientsPerAddress: 14, requestsPerAddress: 8',
    ...{keepsAll: true, store: false, crowd: true},
  },
  {
    limits: 'eventLogBytes: 60000, clientBehindBytes: 20000',
    ...{keepsAll: false, store: false, crowd: false},
  },
  {
    limits: 'eventLogEvents: 120, eventLogBytes: 300000, clientBehindEvents: 40',
    ...{keepsAll: false, store: true, crowd: false},
  },
  {
    limits: 'clientBehindEvents: 20, snapshotRows: 420, eventLogEvents: 60, pageRows: 50',
    ...{keepsAll: false, store: false, crowd: false},
  },
] as const;

export const pick = <T>(chance: () => number, from: readonly T[]): T =>
  from[Math.floor(chance() * from.length)]!;
