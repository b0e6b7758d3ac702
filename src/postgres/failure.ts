import {Problem} from '../lib/problem.ts';
import {postgresProblems} from './problems.ts';

/** Where a failure happened, as messages name it. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** SQLSTATEs of a refused login: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const LOGIN_REFUSED = new Set(['28P01', '28000']);
const STARTING_OR_STOPPING = '57P03';
/** A session that was: an administrator ended it, the server stops, or another process crashed. */
const ENDED = new Set(['57P01', '57P02']);

/** What poolers answer to settings, to replication and to users of databases in a startup packet. */
const POOLER =
  /unsupported startup parameter|pgbouncer|replication (is )?not supported|rds proxy|tenant or user not found/i;
/** A violation of the protocol, a database that is not there. */
const POOLER_CODES = new Set(['08P01', '3D000']);

/** What a failure to open or keep a session means to the user. A Problem stays itself. */
export function connectionProblem(error: unknown, to: Destination): Problem {
  if (error instanceof Problem) return error;
  const facts = {...to, said: saidBy(error)};
  const options = {cause: error};
  const code = codeOf(error);
  if (isUnbound(error)) return postgresProblems['tls-not-end-to-end'](facts, options);
  if (LOGIN_REFUSED.has(code)) return loginProblem(facts, options);
  if (isPoolers(error, facts.said)) return postgresProblems['pooler-between'](facts, options);
  if (code === '3D000') return postgresProblems['database-missing'](facts, options);
  if (code === '53300') return postgresProblems['too-many-connections'](facts, options);
  if (code === STARTING_OR_STOPPING) return postgresProblems['server-not-ready'](facts, options);
  if (ENDED.has(code)) return postgresProblems['connection-lost'](facts, options);
  if (code === '42501') return postgresProblems['privilege-missing'](facts, options);
  if (isSqlState(code)) return postgresProblems['database-refused'](facts, options);
  if (/SSL|TLS|certificate|self.signed/i.test(facts.said)) {
    return postgresProblems['tls-refused']({...facts, code}, options);
  }
  if (/password|SASL|SCRAM/i.test(facts.said)) {
    return postgresProblems['authentication-refused'](facts, options);
  }
  if (/terminated|not queryable|ECONNRESET|EPIPE|socket/i.test(`${facts.said} ${code}`)) {
    return postgresProblems['connection-lost'](facts, options);
  }
  return postgresProblems['cannot-connect'](facts, options);
}

/** Channel binding has failed: the server's words may be of any language, not where they are. */
const isUnbound = (error: unknown): boolean =>
  codeOf(error) === '28000' && (error as {readonly file?: unknown}).file === 'auth-scram.c';

/** PgBouncer has one code for most that it refuses; Postgres names its routine in every error. */
function isPoolers(error: unknown, said: string): boolean {
  if (POOLER.test(said)) return true;
  if (!POOLER_CODES.has(codeOf(error))) return false;
  return (error as {readonly routine?: unknown}).routine === undefined;
}

function loginProblem(facts: Destination & {said: string}, options: {cause: unknown}): Problem {
  // No line of it fits, or one rejects; a wrong password is told without its name.
  return facts.said.includes('pg_hba.conf')
    ? postgresProblems['login-not-allowed'](facts, options)
    : postgresProblems['authentication-refused'](facts, options);
}

/** The SQLSTATE or the system's code of an error; empty where it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}

/**
 * Whether the server, the network or the system caused an error. pg gives no code to a
 * few of its own; any other error without one is a bug of ours.
 */
export function isOfTheWorld(error: unknown): boolean {
  return (
    codeOf(error) !== '' ||
    /^(Connection terminated|timeout expired|Client has encountered a connection error|The server does not support SSL|There was an error establishing an SSL|Client was closed|SASL)/.test(
      saidBy(error),
    )
  );
}

const UNDEFINED_TABLE = '42P01';

/**
 * Whether a table went while a statement looked at it: the next one finds what is there. The
 * server's views of its catalog fail so, too, of any table; their words are never translated.
 */
export function tableWent(error: unknown): boolean {
  if (codeOf(error) === UNDEFINED_TABLE) return true;
  return /^(could not open relation with OID|cache lookup failed for relation) /.test(
    saidBy(error),
  );
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) && !code.startsWith('E');
}

/** What an error says, also where its message is empty (several addresses were tried). */
export function saidBy(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.map(saidBy).join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return error.message || code || error.name;
}
