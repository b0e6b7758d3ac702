import {catalogue} from '../lib/problem.ts';

interface Where {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** The server's or the system's own words. */
  readonly said: string;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const OTHER_CA =
  'set "sslCa" of the source to the file of the CA that signed the certificate of the server';
const OF_ANOTHER_TIME =
  'renew the certificate of the server (ssl_cert_file), and run SELECT pg_reload_conf(); ' +
  'or set the clock of this machine';

/** By what Node calls the mistake: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS_HINTS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID:
    'set "host" of the source to a name that the certificate has, or "sslMode" to verify-ca',
  CERT_HAS_EXPIRED: OF_ANOTHER_TIME,
  CERT_NOT_YET_VALID: OF_ANOTHER_TIME,
  SELF_SIGNED_CERT_IN_CHAIN: OTHER_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: OTHER_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: OTHER_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: OTHER_CA,
};

/** What can stand between the service and a session of the database. */
export const postgresProblems = catalogue({
  'cannot-connect': {
    cause: 'No connection to the database came about: nobody answers at that address in time.',
    remedy:
      'Check host and port of the source, that Postgres runs and listens there, and the network. ' +
      'The service tries again by itself.',
    status: 503,
    say: ({host, port, said}: Where) => ({
      message: `could not connect to Postgres at ${host}:${port}`,
      detail: sentence(said),
      hint: `check that Postgres listens there: pg_isready -h ${host} -p ${port}`,
    }),
  },
  'connection-lost': {
    cause:
      'A connection to the database broke: the server went away, the network failed, or an ' +
      'administrator ended it.',
    remedy: 'Nothing: the service connects again by itself and misses no change.',
    status: 503,
    say: ({host, port, said}: Where) => ({
      message: `lost the connection to Postgres at ${host}:${port}`,
      detail: sentence(said),
    }),
  },
  'connection-silent': {
    cause: 'The server has sent nothing for so long that the connection is taken for dead.',
    remedy: 'Nothing: the service connects again by itself and misses no change.',
    status: 503,
    say: ({host, port, silentMs}: {host: string; port: number; silentMs: number}) => ({
      message: `lost the connection to Postgres at ${host}:${port}`,
      detail: `It was asked, and nothing was heard from it for ${silentMs} ms.`,
    }),
  },
  'server-not-ready': {
    cause: 'Postgres is starting up, recovering or shutting down.',
    remedy: 'Wait: the service tries again by itself.',
    status: 503,
    say: ({host, port, said}: Where) => ({
      message: `Postgres at ${host}:${port} does not take connections yet`,
      detail: sentence(said),
    }),
  },
  'authentication-refused': {
    cause: 'Postgres refused the login: the user or the password is not right.',
    remedy: 'Check user and password of the source; set the password anew where it is forgotten.',
    status: 503,
    say: ({host, port, user, said}: Where) => ({
      message: `Postgres at ${host}:${port} refused to log in user "${user}"`,
      detail: sentence(said),
      hint: 'check "user" and "password" of the source',
    }),
  },
  'login-not-allowed': {
    cause: 'pg_hba.conf of the server allows no such login: this user, address, or use of TLS.',
    remedy: 'Add a line to pg_hba.conf and reload, or change sslMode of the source.',
    status: 503,
    say: ({host, port, user, database, said}: Where) => ({
      message: `Postgres at ${host}:${port} does not let user "${user}" in from here`,
      detail: sentence(said),
      hint:
        `add to pg_hba.conf: host ${database} ${user} <address of this service> scram-sha-256\n` +
        'and run: SELECT pg_reload_conf();',
    }),
  },
  'database-missing': {
    cause: 'The server has no database of the configured name.',
    remedy: 'Check the name of the database, or create it.',
    status: 503,
    say: ({host, port, database}: Where) => ({
      message: `Postgres at ${host}:${port} has no database "${database}"`,
      hint: `check "database" of the source, or run: CREATE DATABASE "${database}";`,
    }),
  },
  'too-many-connections': {
    cause: 'The server has no connection left for this service.',
    remedy: 'Close connections that are not needed, or raise max_connections.',
    status: 503,
    say: ({host, port, said}: Where) => ({
      message: `Postgres at ${host}:${port} has no connection left`,
      detail: sentence(said),
      hint: 'a source needs 2 connections (1 while it streams): raise max_connections, or see pg_stat_activity',
    }),
  },
  'privilege-missing': {
    cause: 'The role may not do what the service needs.',
    remedy: 'Grant what the message names.',
    status: 503,
    say: ({user, said}: Where) => ({
      message: `role "${user}" lacks a privilege`,
      detail: sentence(said),
      hint: `as a superuser: ALTER ROLE "${user}" REPLICATION; and GRANT SELECT on the tables`,
    }),
  },
  'database-refused': {
    cause: 'Postgres answered with an error that the service has no better name for.',
    remedy: 'Read the detail: it is the message of Postgres.',
    status: 503,
    say: ({host, port, said}: Where) => ({
      message: `Postgres at ${host}:${port} refused a statement`,
      detail: sentence(said),
    }),
  },
  'pooler-between': {
    cause: 'A connection pooler (PgBouncer, Supavisor, RDS Proxy) stands before the database.',
    remedy:
      'Give the source the address of Postgres itself: replication, exported snapshots and the ' +
      'settings of a session do not pass through a pooler.',
    status: 503,
    say: ({host, port, said}: {host: string; port: number; said?: string}) => ({
      message: `a connection pooler answers at ${host}:${port}, and not Postgres itself`,
      detail: said === undefined ? undefined : sentence(said),
      hint: 'set "host" and "port" of the source to the direct address of the database',
    }),
  },
  'tls-refused': {
    cause: 'The connection could not be secured the way sslMode asks for.',
    remedy:
      'Turn TLS on in the server, give the right CA file, or choose a weaker sslMode knowingly.',
    status: 503,
    say: ({host, port, said, code}: Where & {code: string}) => ({
      message: `could not secure the connection to Postgres at ${host}:${port}`,
      detail: sentence(said),
      hint: TLS_HINTS[code] ?? 'check "sslMode" and "sslCa" of the source',
    }),
  },
  'tls-not-end-to-end': {
    cause:
      'Somebody between the service and Postgres decrypts the connection: the certificate that ' +
      'the service sees is not the one that Postgres has. (SCRAM channel binding tells.)',
    remedy:
      'Give the source the address of Postgres itself. Where nothing of yours ends TLS on the ' +
      'way, somebody else does.',
    status: 503,
    say: ({host, port, said}: Where) => ({
      message: `the certificate at ${host}:${port} is not that of Postgres`,
      detail: sentence(said),
      hint:
        'set "host" and "port" of the source to the direct address of the database, and ' +
        '"sslMode" to verify-full',
    }),
  },
  'tls-ca-unreadable': {
    cause: 'The file of CA certificates cannot be read.',
    remedy: 'Check the path and the permissions of the file.',
    status: 503,
    say: ({file}: {file: string}) => ({
      message: `could not read the CA certificates in "${file}"`,
      hint: 'check "sslCa" of the source',
    }),
  },
  'encoding-unknown': {
    cause: 'The database has the encoding SQL_ASCII: its texts are bytes that nobody can read.',
    remedy: 'Use a database whose encoding is UTF8 (or any other that Postgres can convert).',
    status: 503,
    say: ({database}: {database: string}) => ({
      message: `database "${database}" has the encoding SQL_ASCII`,
      detail: 'Its texts cannot be converted to Unicode.',
      hint: `create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0;`,
    }),
  },
});
