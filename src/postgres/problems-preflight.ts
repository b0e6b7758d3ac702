import {catalogue} from '../lib/problem.ts';

/** What a server, a role, a publication or a table lacks for logical replication. */
export const preflightProblems = catalogue({
  'server-too-old': {
    cause: 'The server is older than Postgres 14.',
    remedy: 'Upgrade the server: Postgres 14 is the oldest with the replication messages needed.',
    status: 503,
    say: ({version}: {version: string}) => ({
      message: `Postgres ${version} is too old`,
      hint: 'upgrade the server to Postgres 14 or newer',
    }),
  },
  'server-is-standby': {
    cause: 'The server is a standby, which cannot hold a publication or a new slot of its own.',
    remedy: 'Give the address of the primary.',
    status: 503,
    say: (_: Record<string, never>) => ({
      message: 'the server is a standby',
      hint: 'set "host" of the source to the primary',
    }),
  },
  'wal-level-low': {
    cause: 'wal_level is not "logical", so the log does not hold what logical replication needs.',
    remedy: 'Set wal_level to logical and restart the server.',
    status: 503,
    say: ({level, hint}: {level: string; hint: string}) => ({
      message: `wal_level is "${level}"; logical replication needs "logical"`,
      hint,
    }),
  },
  'role-not-replication': {
    cause: 'The role has no REPLICATION attribute and is no superuser.',
    remedy: 'Give it the attribute; on a managed service the role the provider names for it.',
    status: 503,
    say: ({role, hint}: {role: string; hint: string}) => ({
      message: `role ${role} may not replicate`,
      hint,
    }),
  },
  'no-slot-left': {
    cause: 'All replication slots of the server are taken.',
    remedy: 'Drop slots that nobody uses any more, or raise max_replication_slots and restart.',
    status: 503,
    say: ({max, inactive}: {max: number; inactive: readonly string[]}) => ({
      message: `all ${max} replication slots of the server are taken`,
      detail:
        inactive.length === 0
          ? 'Each of them is in use.'
          : `Not in use now: ${inactive.map((name) => `"${name}"`).join(', ')}.`,
      hint:
        inactive.length === 0
          ? `ALTER SYSTEM SET max_replication_slots = ${max + 5};\nthen restart Postgres`
          : 'SELECT pg_drop_replication_slot(…) for one that is not needed any more',
    }),
  },
  'no-wal-sender-left': {
    cause: 'All WAL senders of the server are taken.',
    remedy: 'End a replication client that is not needed, or raise max_wal_senders and restart.',
    status: 503,
    say: ({max}: {max: number}) => ({
      message: `all ${max} WAL senders of the server are taken`,
      hint: `ALTER SYSTEM SET max_wal_senders = ${max + 5};\nthen restart Postgres`,
    }),
  },
  'publication-missing': {
    cause: 'The publication does not exist and the role may not create it.',
    remedy: 'Run the statement of the hint as the owner of the tables or as a superuser.',
    status: 503,
    say: ({publication, said, sql}: {publication: string; said: string; sql: string}) => ({
      message: `publication "${publication}" does not exist and could not be created`,
      detail: `${said}.`,
      hint: sql,
    }),
  },
  'publication-lacks-tables': {
    cause: 'The publication does not cover a table, and the role may not add it.',
    remedy: 'Run the statement of the hint as the owner of the publication and of the tables.',
    status: 503,
    say: (facts: {publication: string; tables: readonly string[]; said: string; sql: string}) => ({
      message: `publication "${facts.publication}" does not cover ${facts.tables.join(', ')}`,
      detail: `${facts.said}.`,
      hint: facts.sql,
    }),
  },
  'publication-partial': {
    cause: 'The publication leaves out one of insert, update, delete and truncate.',
    remedy: 'Let it publish all of them, or results would keep rows that are gone.',
    status: 503,
    say: ({publication, missing, sql}: {publication: string; missing: string; sql: string}) => ({
      message: `publication "${publication}" does not publish ${missing}`,
      hint: sql,
    }),
  },
  'no-table-named': {
    cause: 'The source lists no tables, and there is no publication to say which, or an empty one.',
    remedy: 'List tables under "tables" of the source.',
    status: 503,
    say: ({publication, exists}: {publication: string; exists: boolean}) => ({
      message: 'the source names no table',
      detail: `Publication "${publication}" ${exists ? 'covers no table' : 'does not exist'} either.`,
      hint: 'tables:\n  - public.my_table',
    }),
  },
});

const status = 503;

/** Why one table cannot be followed, while the others go on. */
export const tableProblems = catalogue({
  'table-name-malformed': {
    cause: 'A name under "tables" is not the name of a table.',
    remedy: 'Write name, schema.name or "Quoted Schema"."Quoted Name".',
    status,
    say: ({table}: {table: string}) => ({
      message: `"${table}" is not the name of a table`,
      hint: 'write name, schema.name, or quoted forms of them: "My Schema"."My Table"',
    }),
  },
  'table-missing': {
    cause: 'The database has no table of that name.',
    remedy: 'Check the name, its letters and its schema, or create the table.',
    status,
    say: ({table, near}: {table: string; near: readonly string[]}) => ({
      message: `table "${table}" does not exist`,
      hint:
        near.length > 0
          ? `did you mean ${near.join(' or ')}?`
          : 'check the name and its schema: schema.name',
    }),
  },
  'table-kind-unsupported': {
    cause: 'Postgres does not publish changes of a view, an unlogged, temporary or foreign table.',
    remedy: 'Name the tables that a view reads from; make an unlogged table a logged one.',
    status,
    say: ({table, what, hint}: {table: string; what: string; hint: string}) => ({
      message: `${what} "${table}" cannot be followed`,
      detail: 'Postgres writes its changes into no replication stream.',
      hint,
    }),
  },
  'table-unreadable': {
    cause: 'The role may not read the table.',
    remedy: 'Grant SELECT on the table, and USAGE on its schema.',
    status,
    say: ({table, role, sql}: {table: string; role: string; sql: string}) => ({
      message: `role "${role}" may not read table "${table}"`,
      hint: sql,
    }),
  },
  'table-row-security': {
    cause: 'Row-level security would hide rows of the table from the role.',
    remedy: 'Let the role see every row: what users may see is decided by the service.',
    status,
    say: ({table, role}: {table: string; role: string}) => ({
      message: `row-level security hides rows of table "${table}" from role "${role}"`,
      hint: `ALTER ROLE "${role}" BYPASSRLS;`,
    }),
  },
  'table-without-identity': {
    cause:
      'The table has no replica identity, usually because it has no primary key. Postgres would ' +
      'refuse UPDATE and DELETE on it as soon as it is published.',
    remedy: 'Give the table a primary key, or let it log whole rows.',
    status,
    say: ({table, why, sql}: {table: string; why: string; sql: string}) => ({
      message: `table "${table}" cannot be followed: ${why}`,
      detail: 'Postgres would refuse UPDATE and DELETE on it once it is published.',
      hint: `${sql}\n(or, if it is to have one: ALTER TABLE … ADD PRIMARY KEY (…);)`,
    }),
  },
  'columns-not-published': {
    cause: 'Some columns of the table are not in the replication stream, so results have none.',
    remedy:
      'Add the columns to the publication. From Postgres 18 on it sends STORED generated columns, ' +
      'too: ALTER PUBLICATION … SET (publish_generated_columns = stored).',
    status,
    say: ({table, columns, why}: {table: string; columns: readonly string[]; why: string}) => ({
      message: `table "${table}" is followed without ${columns.join(', ')}`,
      detail: why,
    }),
  },
  'table-key-ignored': {
    cause: 'tableKeys names columns by which the replication stream cannot tell rows apart.',
    remedy: 'Leave the entry out, or let the table log whole rows.',
    status,
    say: ({table, sql}: {table: string; sql: string}) => ({
      message: `the key that tableKeys gives table "${table}" is not used`,
      detail: 'Its rows are told apart by its replica identity, which has other columns.',
      hint: sql,
    }),
  },
});
