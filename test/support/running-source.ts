import {tmpdir} from 'node:os';
import {onTestFinished} from 'vitest';
import type {Edit} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Table} from '../../src/data/schema.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import type {Row} from '../../src/data/value.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {type Log, silentLog} from '../../src/lib/log.ts';
import {problemText} from '../../src/lib/problem.ts';
import {random} from '../../src/lib/random.ts';
import type {PostgresSourceOptions} from '../../src/source/options.ts';
import {postgresSource} from '../../src/source/postgres-source.ts';
import type {Source, StoredSource} from '../../src/source/source.ts';
import {type TestDatabase, testDatabase} from './postgres.ts';
import {until} from './until.ts';

/** A real source over a real database, and what it has said so far. */
export interface RunningSource {
  readonly source: Source;
  /** Every transaction it told, oldest first. */
  readonly told: Transaction[];
  /** Every Problem it warned of, in full, oldest first; not that one was over. */
  readonly warned: readonly string[];
  /** The tables as it described them last, or its predecessor. */
  readonly tables: () => readonly Table[];
  /** The rows of a table by key, folded from everything told: what a client would hold. */
  fold(table: string): ReadonlyMap<Key, Row>;
  /** Waits until it streams. */
  streaming(): Promise<void>;
  /** Waits until everything that is committed in the database now has been told. */
  caughtUp(): Promise<void>;
  /** Nothing is taken from it until `release`. */
  hold(): void;
  release(): void;
  /** What a store has of it by now: one that goes on from here is its successor. */
  stored(): StoredSource;
  stop(): Promise<void>;
}

export interface SourceChoices extends Partial<Omit<PostgresSourceOptions, 'connect' | 'limits'>> {
  readonly connect?: Partial<PostgresSourceOptions['connect']>;
  readonly limits?: Partial<PostgresSourceOptions['limits']>;
  /** Acknowledge what was received; true unless told. */
  readonly acknowledges?: boolean;
  /** What the consumer does with each transaction before it takes the next. */
  readonly work?: () => void;
  /** What the store has of its predecessor; without it this is the first one. */
  readonly stored?: StoredSource;
  /** Where its lines go besides; nowhere unless told. */
  readonly log?: Log;
}

const LIMITS: PostgresSourceOptions['limits'] = {
  transactions: 1000,
  changes: 100_000,
  transactionRows: 2_000_000,
  transactionMemoryBytes: 64 * 1024 * 1024,
  transactionSpillBytes: 1024 ** 3,
  spillFolder: tmpdir(),
};

export function sourceOptions(
  database: TestDatabase,
  {connect, acknowledges: _, work: __, stored: ___, log: ____, ...choices}: SourceChoices = {},
): PostgresSourceOptions {
  return {
    id: 'main',
    connect: {
      host: database.host,
      port: database.port,
      user: database.user,
      password: database.password,
      database: database.database,
      sslMode: 'disable',
      sslCa: undefined,
      connectTimeoutMs: 5000,
      silentMs: 60_000,
      applicationName: 'tailrace',
      ...connect,
    },
    tables: [],
    tableKeys: [],
    // Slots are the server's, not the database's: each test database has its own.
    slotName: database.database.replace(/[^a-z0-9_]/g, ''),
    publicationName: 'tailrace',
    retryFirstMs: 20,
    retryMaxMs: 200,
    slotWaitMs: 10_000,
    tableCheckMs: 10_000,
    slotCheckMs: 10_000,
    maxRetainedWalBytes: 0,
    slotRetryMs: 100,
    slotFailover: false,
    heartbeatMs: 0,
    verifyMs: 0,
    verifyRowsPerSecond: 1_000_000,
    verifyChanges: 1_000_000,
    ...choices,
    limits: {...LIMITS, ...choices.limits},
  };
}

const stderrLog: Log = {
  error: (message) => void process.stderr.write(`error ${message}\n`),
  warn: (message) => void process.stderr.write(`warn ${message}\n`),
  info: (message) => void process.stderr.write(`info ${message}\n`),
  debug: () => {},
};

/** A fresh database that goes with the test. */
export async function freshDatabase(sql = ''): Promise<TestDatabase> {
  const database = await testDatabase();
  onTestFinished(() => database.drop());
  if (sql) await database.query(sql);
  return database;
}

/** No two of them draw the same numbers: those of services are not the same either. */
let sources = 0;

/** Starts a source over `database`; it is stopped with the test, or before by `stop`. */
export function runSource(database: TestDatabase, choices: SourceChoices = {}): RunningSource {
  const warned: string[] = [];
  const log = choices.log ?? (process.env.TAILRACE_TEST_LOG ? stderrLog : silentLog);
  const warn: Log['warn'] = (message, fields) => {
    if (message.startsWith('[')) warned.push(message);
    log.warn(message, fields);
  };
  sources += 1;
  const world = {clock: systemClock(), random: random(sources), log: {...log, warn}};
  const source = postgresSource(sourceOptions(database, choices), world, choices.stored);
  const {acknowledges = true} = choices;
  const stopping = new AbortController();
  const told: Transaction[] = [];
  const folds = new Map<string, Map<Key, Row>>();
  let described: readonly Table[] = [];
  let {lsn, memo} = choices.stored ?? {lsn: 0n, memo: ''};
  for (const [table, rows] of choices.stored?.rows ?? []) folds.set(table, new Map(rows));
  let held: Promise<void> | undefined;
  let release = (): void => {};

  const running = source.run(
    {
      describe(tables, text) {
        described = tables;
        memo = text;
      },
      async receive(next) {
        const transaction = next();
        if (!transaction) return false;
        told.push(transaction);
        lsn = transaction.lsn;
        for (const [table, delta] of transaction.changes) {
          const rows = folds.get(table) ?? new Map<Key, Row>();
          folds.set(table, rows);
          for (const edit of delta) foldEdit(rows, edit, table);
        }
        choices.work?.();
        await held;
        if (acknowledges) source.acknowledge(transaction.lsn);
        return true;
      },
      reach(upTo, text) {
        lsn = upTo;
        memo = text ?? memo;
        if (acknowledges) source.acknowledge(upTo);
      },
    },
    stopping.signal,
  );
  // A bug in the source fails the test that waits for it, and not the whole run.
  let bug: unknown;
  running.catch((error: unknown) => {
    bug = error;
  });

  const check = (): void => {
    if (bug !== undefined) throw bug;
  };
  const stateText = (): string => {
    const {state} = source.status();
    if (state.kind !== 'waiting') return state.kind;
    return [state.problem, ...(state.further ?? [])].map(problemText).join('\n');
  };
  const stop = async (): Promise<void> => {
    release();
    stopping.abort();
    await running;
  };
  onTestFinished(stop);
  return {
    source,
    told,
    warned,
    tables: () => (described.length > 0 ? described : (source.tables ?? [])),
    fold: (table) => folds.get(table) ?? new Map(),
    async streaming() {
      await until(
        () => {
          check();
          return source.status().state.kind === 'streaming';
        },
        {what: () => `the source to stream: ${stateText()}`},
      );
    },
    async caughtUp() {
      const [row] = await database.query<{end: string}>(
        'SELECT pg_current_wal_insert_lsn()::text AS end',
      );
      // A commit that nobody is told of: the log is on disk, and read, to past the end.
      await database.query(`SELECT pg_logical_emit_message(true, 'test', '')`);
      const [high = '0', low = '0'] = (row?.end ?? '').split('/');
      const end = (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
      await until(
        () => {
          check();
          const {receivedLsn, serverLsn} = source.status();
          // Past what is not acknowledged an idle source does not move, however far it has read.
          return ((acknowledges ? receivedLsn : serverLsn) ?? 0n) >= end;
        },
        {what: () => `the source to receive up to ${row?.end}: ${stateText()}`},
      );
    },
    hold() {
      held = new Promise((resolve) => {
        release = () => {
          held = undefined;
          resolve();
        };
      });
    },
    release: () => release(),
    stored: () => {
      const rows = new Map([...folds].map(([table, own]) => [table, new Map(own)]));
      return {lsn, commitTime: 0, memo, rows};
    },
    stop,
  };
}

/** Applies an edit, and checks that it starts from what is there. */
function foldEdit(rows: Map<Key, Row>, {key, before, after}: Edit, table: string): void {
  const is = rows.get(key);
  if (JSON.stringify(is, bigints) !== JSON.stringify(before, bigints)) {
    throw new Error(`the row ${key} of ${table} is told to change from what it is not`);
  }
  if (after === undefined) rows.delete(key);
  else rows.set(key, after);
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
