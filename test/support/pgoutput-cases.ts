/** The tables and the publication that the cases are about; Postgres 17. */
export const SETUP = `
  CREATE TYPE mood AS ENUM ('calm', 'tense');
  CREATE TABLE plain (id int PRIMARY KEY, name text, price numeric(8,2), note text);
  ALTER TABLE plain ALTER note SET STORAGE EXTERNAL;
  INSERT INTO plain VALUES (2, '', -0.05, repeat('x', 3000));
  CREATE TABLE whole (id int8, at timestamptz, mood mood);
  ALTER TABLE whole REPLICA IDENTITY FULL;
  CREATE TABLE chosen (a int NOT NULL, b text NOT NULL);
  CREATE UNIQUE INDEX chosen_b ON chosen (b);
  ALTER TABLE chosen REPLICA IDENTITY USING INDEX chosen_b;
  CREATE TABLE silent (a bool);
  ALTER TABLE silent REPLICA IDENTITY NOTHING;
  CREATE PUBLICATION captured FOR TABLE plain, whole, chosen, silent`;

/** Replication origins are the server's, not the database's. */
export const TEARDOWN = `
  SELECT pg_replication_origin_session_reset();
  SELECT pg_replication_origin_drop('tailrace_test_upstream')`;

/** One transaction, and what `told` says of its messages. */
export interface PgoutputCase {
  readonly statement: string;
  readonly told: readonly string[];
}

const PLAIN = 'relation public.plain default: id* 23, name 25, price 1700:524294, note 25';
const WHOLE = 'relation public.whole full: id* 20, at* 1184, mood* own';
const CHOSEN = 'relation public.chosen index: a 23, b* 25';
const SILENT = 'relation public.silent nothing: a 16';
const MOOD = 'type public.mood';

/** In this order; together they make every kind of message. */
export const pgoutputCases: readonly PgoutputCase[] = [
  {
    statement: `INSERT INTO plain VALUES (1, 'Ünï 😀', 12.50, NULL), (4, '', -0.05, E'a\\nb')`,
    told: [
      'begin',
      PLAIN,
      'insert plain: 1|Ünï 😀|12.50|null',
      'insert plain: 4||-0.05|a\nb',
      'commit',
    ],
  },
  {
    statement: `UPDATE plain SET price = 13 WHERE id = 2`,
    told: ['begin', PLAIN, 'update plain: 2||13.00|unchanged', 'commit'],
  },
  {
    statement: `UPDATE plain SET id = 3 WHERE id = 1`,
    told: ['begin', PLAIN, 'update plain: key 1|null|null|null to 3|Ünï 😀|12.50|null', 'commit'],
  },
  {
    statement: `DELETE FROM plain WHERE id = 3`,
    told: ['begin', PLAIN, 'delete plain: key 3|null|null|null', 'commit'],
  },
  {
    statement: `INSERT INTO whole VALUES (9223372036854775807, '2026-03-01 12:00:00.5+02', 'calm')`,
    told: [
      'begin',
      MOOD,
      WHOLE,
      'insert whole: 9223372036854775807|1772359200500000|calm',
      'commit',
    ],
  },
  {
    statement: `UPDATE whole SET mood = 'tense', at = NULL`,
    told: [
      'begin',
      MOOD,
      WHOLE,
      'update whole: full 9223372036854775807|1772359200500000|calm to 9223372036854775807|null|tense',
      'commit',
    ],
  },
  {
    statement: `DELETE FROM whole`,
    told: ['begin', MOOD, WHOLE, 'delete whole: full 9223372036854775807|null|tense', 'commit'],
  },
  {
    statement: `INSERT INTO chosen VALUES (1, 'b')`,
    told: ['begin', CHOSEN, 'insert chosen: 1|b', 'commit'],
  },
  {
    statement: `UPDATE chosen SET b = 'c'`,
    told: ['begin', CHOSEN, 'update chosen: key null|b to 1|c', 'commit'],
  },
  {
    statement: `SELECT pg_logical_emit_message(false, 'beat', '');
      INSERT INTO silent VALUES (true)`,
    told: ['message beat: ""', 'begin', SILENT, 'insert silent: true', 'commit'],
  },
  {
    statement: `TRUNCATE plain, whole RESTART IDENTITY CASCADE`,
    told: ['begin', PLAIN, MOOD, WHOLE, 'truncate plain, whole cascade restart', 'commit'],
  },
  {
    statement: `TRUNCATE chosen`,
    told: ['begin', CHOSEN, 'truncate chosen', 'commit'],
  },
  {
    statement: `SELECT pg_logical_emit_message(true, 'tailrace', 'in a transaction')`,
    told: ['begin', 'message tailrace: "in a transaction" transactional', 'commit'],
  },
  {
    statement: `DO $$ BEGIN
      PERFORM pg_replication_origin_create('tailrace_test_upstream');
      PERFORM pg_replication_origin_session_setup('tailrace_test_upstream');
      PERFORM pg_replication_origin_xact_setup('0/AABBCCDD', '2026-03-01 12:00:00+00');
      INSERT INTO silent VALUES (false);
    END $$`,
    told: ['begin', 'origin tailrace_test_upstream', SILENT, 'insert silent: false', 'commit'],
  },
];
