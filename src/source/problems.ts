import {catalogue} from '../lib/problem.ts';

/** What can come between the tables held and the tables in the database. */
export const sourceProblems = catalogue({
  'image-out-of-step': {
    cause: 'A change came for a row that is not held, or an insert for one that is.',
    remedy:
      'Nothing: the tables are compared with what is held, and results are corrected. A TRUNCATE ' +
      'or DETACH of a single partition does this, too. If it happens again, report it.',
    status: 503,
    say: ({table, key, what}: {table: string; key: string; what: string}) => ({
      message: `the rows held of table "${table}" are not those of the database`,
      detail: `${what}; the row's key is ${key}. The tables are compared with what is held.`,
    }),
  },
  'rows-differ': {
    cause: 'The verifier compared a table with the database, and the rows held are others.',
    remedy:
      'Nothing: all tables are compared, and results are corrected. If it happens again, look ' +
      'for changes that Postgres does not send (a publication that lacked the table or the ' +
      'operation for a while), and report it where there are none.',
    status: 503,
    say: ({table, lsn, rows, missing, changed, extra, keys}: RowsDiffer) => ({
      message: `the rows held of table "${table}" are not those of the database`,
      detail:
        `At ${lsn} it has ${rows} rows: ${missing} of them are not held, ${changed} are held ` +
        `with other values, and ${extra} are held that it does not have. Among them are those ` +
        `with the keys ${keys.join(', ')}. All tables are compared with what is held.`,
    }),
  },
  'verification-given-up': {
    cause: 'The verifier could not carry a comparison through; that says nothing of the rows.',
    remedy: 'Nothing: it begins again after `verifyMs`. The message says what came between.',
    status: 503,
    say: ({why}: {why: string}) => ({message: `a comparison was given up: ${why}`}),
  },
  'schema-changed': {
    cause: 'A table was altered, or dropped and made again, while it was followed.',
    remedy: 'Nothing: the tables are described anew and compared with what is held.',
    status: 503,
    say: ({table, what}: {table: string; what: string}) => ({
      message: `table "${table}" has changed`,
      detail: `${what}. It is described anew, and its rows are compared with what is held.`,
    }),
  },
  'table-went': {
    cause: 'A table was dropped, or made again, while the tables were looked at.',
    remedy: 'Nothing: they are looked at again at once, and what has changed is followed.',
    status: 503,
    say: ({said}: {said: string}) => ({
      message: 'a table was dropped while the tables were looked at',
      detail: `Postgres said: ${said}. They are looked at again.`,
    }),
  },
  'resync-asked': {
    cause: 'Somebody asked for a comparison: `POST /api/v1/sources/{id}/resync`.',
    remedy: 'Nothing: the tables are compared with what is held, and results are corrected.',
    status: 503,
    say: ({source}: {source: string}) => ({
      message: `source "${source}" is compared with the database, as it was asked for`,
    }),
  },
  'table-key-not-unique': {
    cause: 'Two rows of a table have equal values in the columns that tableKeys names.',
    remedy: 'Name columns that tell rows apart, or leave the entry out.',
    status: 503,
    say: ({table, key}: {table: string; key: string}) => ({
      message: `the key that tableKeys gives table "${table}" is not unique`,
      detail: `Two rows have the key ${key}.`,
      hint: 'name columns that tell rows apart, or leave the entry of "tableKeys" out',
    }),
  },
  'table-too-large': {
    cause: 'A table has more rows than can be held: JavaScript has no map of more.',
    remedy:
      'Follow fewer of its rows: a row filter of the publication, a partition, or a table ' +
      'that has only what the queries need.',
    status: 503,
    say: ({table, rows}: {table: string; rows: number}) => ({
      message: `table "${table}" has more than ${rows} rows`,
      detail: 'That is as many as can be held of one table.',
      hint: 'give the publication a row filter: CREATE PUBLICATION … FOR TABLE … WHERE (…)',
    }),
  },
  'no-table-to-follow': {
    cause: 'Not one of the tables that were asked for can be followed.',
    remedy: 'See the other problems of the source: there is one for each table.',
    status: 503,
    say: ({count}: {count: number}) => ({
      message: `none of the ${count} tables asked for can be followed`,
      hint: 'see the other problems of the source',
    }),
  },
});

interface RowsDiffer {
  readonly table: string;
  readonly lsn: string;
  readonly rows: number;
  readonly missing: number;
  readonly changed: number;
  readonly extra: number;
  readonly keys: readonly string[];
}
