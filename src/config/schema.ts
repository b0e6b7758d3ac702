import {z} from 'zod';
import {defaults} from './config.ts';
import * as field from './fields.ts';

/**
 * The settings of a file, in the spelling to which `dialect.ts` brings every other one:
 * what each is, its range and its default. docs/configuration.md tells the same in prose,
 * and config/schema.json, which editors read, is generated from here.
 */

const cors = field.texts('an origin such as https://example.org, or "*"');

export const source = field.map({
  kind: z.literal('postgres').describe('What the source is: postgres.'),
  id: field.id().describe('The name by which queries read it.'),
  autoStart: field
    .flag()
    .default(defaults.source.autoStart)
    .describe('Whether it starts with the service.'),
  connectionString: field
    .filled()
    .optional()
    .describe('postgres://user:password@host:5432/database?sslmode=require; own keys win.'),
  host: field
    .databaseHost()
    .default(defaults.source.host)
    .describe('Where Postgres listens: a host, or the folder of its socket.'),
  port: field.port().default(defaults.source.port).describe('The port of Postgres.'),
  database: field.filled().describe('The database whose tables are read.'),
  user: field.filled().describe('A role with REPLICATION, and SELECT on the tables.'),
  password: field.text().default(defaults.source.password).describe(`Best given as \${VARIABLE}.`),
  tables: field
    .texts('schema.table, or table')
    .default([])
    .describe('Tables to read. Empty: what the publication covers.'),
  slotName: field
    .matching(/^[a-z0-9_]{1,63}$/, 'at most 63 small letters, digits and underscores')
    .default(defaults.source.slotName)
    .describe('The replication slot; made when it is missing.'),
  publicationName: field
    .matching(/^[^\0]{1,63}$/, 'the name of a publication, at most 63 characters')
    .default(defaults.source.publicationName)
    .describe('The publication; made when it is missing and the role may.'),
  sslMode: field
    .oneOf(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'])
    .default(defaults.source.sslMode)
    .describe('Whether the connection is encrypted, and the server checked.'),
  sslCa: field.filled().optional().describe('A file of PEM certificates to check the server with.'),
  tableKeys: field
    .list(
      field.map({
        table: field.filled().describe('schema.table, or table.'),
        keyColumns: field.list(field.filled(), {min: 1}).describe('The columns, in order.'),
      }),
    )
    .default([])
    .describe('What identifies a row, for tables whose primary key does not.'),
  bootstrapProvider: z
    .unknown()
    .optional()
    .describe('Of Drasi. The first rows always come from a snapshot of the database.'),
  connectTimeoutMs: field
    .milliseconds()
    .default(defaults.source.connectTimeoutMs)
    .describe('How long one attempt to connect may take.'),
  silentMs: field
    .milliseconds()
    .default(defaults.source.silentMs)
    .describe('How long the server, or the service in a long turn, may say nothing.'),
  retryFirstMs: field
    .milliseconds()
    .default(defaults.source.retryFirstMs)
    .describe('The wait before the second attempt; it doubles with each.'),
  retryMaxMs: field
    .milliseconds()
    .default(defaults.source.retryMaxMs)
    .describe('The longest wait between two attempts.'),
  slotWaitMs: field
    .milliseconds()
    .default(defaults.source.slotWaitMs)
    .describe('How long a new slot may wait for open transactions.'),
  tableCheckMs: field
    .milliseconds()
    .default(defaults.source.tableCheckMs)
    .describe('How often tables are looked at for changes that the stream does not tell.'),
  slotCheckMs: field
    .milliseconds()
    .default(defaults.source.slotCheckMs)
    .describe('How often it is looked at what the slot costs the server.'),
  maxRetainedWalBytes: field
    .integer({min: 0, max: Number.MAX_SAFE_INTEGER})
    .default(defaults.source.maxRetainedWalBytes)
    .describe('Log kept for the slot; past it the slot is given up. 0: any.'),
  slotRetryMs: field
    .milliseconds()
    .default(defaults.source.slotRetryMs)
    .describe('How often a slot that another instance reads from is tried.'),
  slotFailover: field
    .flag()
    .default(defaults.source.slotFailover)
    .describe('Whether standbys get a copy of the slot when it is made (Postgres 17).'),
  heartbeatMs: field
    .milliseconds({min: 0})
    .default(defaults.source.heartbeatMs)
    .describe('How often a heartbeat goes through the log of the database. 0: never.'),
  verifyMs: field
    .milliseconds({min: 0})
    .default(defaults.source.verifyMs)
    .describe('How often what is held is compared with the database. 0: never.'),
  verifyRowsPerSecond: field
    .integer({min: 1, max: 1_000_000_000})
    .default(defaults.source.verifyRowsPerSecond)
    .describe('Rows that are read for that in a second.'),
  verifyChanges: field
    .integer({min: 1, max: Number.MAX_SAFE_INTEGER})
    .default(defaults.source.verifyChanges)
    .describe('Rows that may change meanwhile; past it there is no verdict.'),
});

const labels = field.texts('the name of a table or relation').default([]);

export const query = field.map({
  id: field.id().describe('The name by which reactions and the API know it.'),
  query: field
    .matching(/\S/, 'the text of a query')
    .describe('openCypher, GQL or SQL, as a block (|). Variables are not replaced in it.'),
  queryLanguage: field
    .oneOf(['Cypher', 'GQL', 'SQL'])
    .optional()
    .describe('Recognised from the text when it is not given.'),
  autoStart: field
    .flag()
    .default(defaults.query.autoStart)
    .describe('Whether it starts with the service; false unless said, as in Drasi.'),
  sources: field
    .list(
      field.map({
        sourceId: field.filled().describe('The id of a source.'),
        nodes: labels.describe('Labels that this source supplies.'),
        relations: labels.describe('Relations that this source supplies.'),
        pipeline: field
          .texts('the name of a middleware')
          .default([])
          .describe('Middleware that its rows go through, in this order.'),
      }),
      {min: 1},
    )
    .describe('The sources it reads.'),
  joins: field
    .list(
      field.map({
        id: field.filled().describe('The label of the relation in the query.'),
        keys: field
          .list(
            field.map({
              label: field.filled().describe('A table.'),
              property: field.filled().describe('Its column.'),
            }),
            {min: 2},
          )
          .describe('The columns that are equal.'),
      }),
    )
    .default([])
    .describe('Relations between tables that no foreign key states.'),
  middleware: field
    .list(
      field.map({
        kind: field
          .filled()
          .describe('map, unwind, promote, relabel, decoder, parse_json or jq, as in Drasi.'),
        name: field.filled().describe('The name by which a pipeline knows it.'),
        config: field.mapOf(z.unknown()).default({}).describe('Its settings, by its kind.'),
      }),
    )
    .default([])
    .describe('What can be done with rows before the query sees them.'),
  parameters: field
    .mapOf(z.unknown())
    .default({})
    .describe('Values for $name in openCypher and GQL.'),
});

const template = field.text('a template').default('').describe('Handlebars; empty: JSON.');
const operations = <T extends z.ZodType>(operation: T) =>
  field.map({
    added: operation.exactOptional().describe('For rows that came into the result.'),
    updated: operation.exactOptional().describe('For rows that changed in it.'),
    deleted: operation.exactOptional().describe('For rows that left it.'),
  });

const common = {
  id: field.id().describe('The name by which the API knows it.'),
  queries: field.texts('the id of a query').describe('The queries it follows.'),
  autoStart: field
    .flag()
    .default(defaults.reaction.autoStart)
    .describe('Whether it starts with the service.'),
};

function templates<T extends z.ZodType>(operation: T) {
  const operationTemplates = operations(operation);
  return {
    routes: field
      .mapOf(operationTemplates)
      .default({})
      .describe('Templates for single queries, by their id.'),
    defaultTemplate: operationTemplates.optional().describe('Templates for all other queries.'),
  };
}

export const sse = field.map({
  kind: z.literal('sse').describe('Server-Sent Events over HTTP.'),
  ...common,
  host: field.host().default(defaults.sse.host).describe('The address to listen at.'),
  port: field.listenPort().default(defaults.sse.port).describe('The port to listen at.'),
  ssePath: field.httpPath().default(defaults.sse.ssePath).describe('The path of the stream.'),
  heartbeatIntervalMs: field
    .milliseconds({min: 100})
    .default(defaults.sse.heartbeatIntervalMs)
    .describe('The time between two heartbeats.'),
  heartbeat: field
    .oneOf(['comment', 'data'])
    .default(defaults.sse.heartbeat)
    .describe('comment: unseen by pages. data: the frame that clients of Drasi wait for.'),
  format: field
    .oneOf(['tailrace', 'drasi'])
    .default(defaults.sse.format)
    .describe('drasi: events as clients of Drasi read them, a list of results.'),
  corsAllowedOrigins: cors.default([]).describe('Who may read the stream. Empty: any page.'),
  ...templates(
    field.map({
      template,
      path: field.filled().exactOptional().describe('Where it goes; "/…" or below ssePath.'),
    }),
  ),
});

export const log = field.map({
  kind: z.literal('log').describe('Lines on standard output.'),
  ...common,
  ...templates(field.map({template})),
});

const amount = (initial: number, {min = 1}: {min?: number} = {}) =>
  field.integer({min, max: Number.MAX_SAFE_INTEGER}).default(initial);

export const stateStore = field.map({
  kind: field.oneOf(['redb', 'lmdb']).describe('The kind of store; both names mean LMDB here.'),
  path: field.filled().describe('A folder; it is made where there is none.'),
  durability: field
    .oneOf(['commit', 'group', 'interval'])
    .default(defaults.stateStore.durability)
    .describe('Whether changes are written one by one, together, or some time after.'),
  flushMs: field
    .milliseconds()
    .default(defaults.stateStore.flushMs)
    .describe('durability interval: how long a change may be told and not written.'),
  checkpointBytes: amount(defaults.stateStore.checkpointBytes).describe(
    'Bytes of changes written before a checkpoint makes a restart quick again.',
  ),
});

export const limits = field.map({
  eventLogEvents: amount(defaults.limits.eventLogEvents).describe('Events kept for clients.'),
  eventLogBytes: amount(defaults.limits.eventLogBytes).describe('Bytes of events kept.'),
  eventLogMs: amount(defaults.limits.eventLogMs).describe('How long a state store keeps events.'),
  commitTransactions: amount(defaults.limits.commitTransactions).describe(
    'Transactions that go into the store together.',
  ),
  commitRows: amount(defaults.limits.commitRows).describe(
    'Rows changed by transactions that go into the store together.',
  ),
  transactionQueue: amount(defaults.limits.transactionQueue).describe(
    'Transactions that wait between the source and the queries.',
  ),
  changeQueue: amount(defaults.limits.changeQueue).describe(
    'Changes that wait between the source and the queries.',
  ),
  transactionRows: amount(defaults.limits.transactionRows).describe(
    'Changes of one transaction; past it the tables are compared with the database.',
  ),
  transactionMemoryBytes: amount(defaults.limits.transactionMemoryBytes).describe(
    'Bytes of changes that wait in memory; past it a transaction goes to a file.',
  ),
  transactionSpillBytes: amount(defaults.limits.transactionSpillBytes).describe(
    'Bytes of such files; past it the tables are compared with the database.',
  ),
  requests: amount(defaults.limits.requests).describe(
    'Answers under way at once on one listener, streams aside.',
  ),
  requestsPerAddress: amount(defaults.limits.requestsPerAddress).describe(
    'Answers under way at once to one address.',
  ),
  clients: amount(defaults.limits.clients).describe('Streams open on one listener.'),
  clientsPerAddress: amount(defaults.limits.clientsPerAddress).describe(
    'Streams open from one address.',
  ),
  clientQueries: amount(defaults.limits.clientQueries).describe(
    'Queries that one stream may name.',
  ),
  snapshotRows: amount(defaults.limits.snapshotRows).describe(
    'Rows that one stream may ask for as snapshots.',
  ),
  clientBehindEvents: amount(defaults.limits.clientBehindEvents).describe(
    'Events that a client may be behind; further on it is told the net diff.',
  ),
  clientBehindBytes: amount(defaults.limits.clientBehindBytes).describe(
    'The same, in bytes of JSON.',
  ),
  clientRotateMs: field
    .milliseconds({min: 0})
    .default(defaults.limits.clientRotateMs)
    .describe('How long a stream is kept before it is to be opened anew; 0: for ever.'),
  clientStalledMs: field
    .milliseconds()
    .default(defaults.limits.clientStalledMs)
    .describe('How long a client that takes nothing is kept.'),
  clientProgressMs: field
    .milliseconds()
    .default(defaults.limits.clientProgressMs)
    .describe('How often a stream is told at most, between heartbeats, how results stand.'),
  clientRetryMs: field
    .milliseconds()
    .default(defaults.limits.clientRetryMs)
    .describe('When a client that lost its stream comes back, at most.'),
  pageRows: amount(defaults.limits.pageRows).describe('Rows in one page of results.'),
  historyRequests: amount(defaults.limits.historyRequests).describe(
    'Requests about the past that look through the log at once.',
  ),
  historyRows: amount(defaults.limits.historyRows).describe(
    'Rows that may have changed since a past result that is asked for.',
  ),
  queries: amount(defaults.limits.queries).describe('Queries, those added over the API too.'),
  queryRetryMs: field
    .milliseconds()
    .default(defaults.limits.queryRetryMs)
    .describe('The longest wait before a failed query is tried again.'),
  recursionRows: amount(defaults.limits.recursionRows).describe(
    'Rows that a WITH RECURSIVE query may have.',
  ),
  jqMs: field
    .milliseconds()
    .default(defaults.limits.jqMs)
    .describe('How long a program of jq may take for up to a thousand rows.'),
  drainMs: field
    .milliseconds()
    .default(defaults.limits.drainMs)
    .describe('How long a shutdown may take.'),
});

export const settings = field.map({
  id: field.id().default(defaults.id).describe('Names the service in logs and in the API.'),
  host: field.host().default(defaults.host).describe('Where API and dashboard listen.'),
  port: field.listenPort().default(defaults.port).describe('The port of API and dashboard.'),
  trustProxy: field
    .integer({min: 0, max: 10})
    .default(defaults.trustProxy)
    .describe("Proxies in front whose X-Forwarded-For tells a client's address."),
  logLevel: field
    .oneOf(['trace', 'debug', 'info', 'warn', 'error'])
    .default(defaults.logLevel)
    .describe('The least of what is logged.'),
  corsAllowedOrigins: cors
    .default([])
    .describe('Pages of which origins may use the API. Empty: any may read.'),
  apiToken: field
    .token()
    .default(defaults.apiToken)
    .describe('The secret that changes over the API need. Empty: there are none.'),
  stateStore: stateStore.exactOptional().describe('Where state is kept over restarts.'),
  limits: limits.prefault({}).describe('Limits of the whole service.'),
  bootstrapProviders: z.unknown().optional().describe('Of Drasi: what bootstrapProvider names.'),
});

/** The top of a file, where the parts are checked by themselves. */
export const top = settings.extend({
  sources: field.list(z.unknown()).optional(),
  queries: field.list(z.unknown()).optional(),
  reactions: field.list(z.unknown()).optional(),
});

/** A whole file, as editors check it. The loader checks part by part. */
export const file = settings.extend({
  apiVersion: field.text().optional().describe('drasi.io/v1; says nothing to Tailrace.'),
  sources: field.list(source).default([]).describe('Where rows come from.'),
  queries: field.list(query).default([]).describe('What is kept up to date.'),
  reactions: field
    .list(z.discriminatedUnion('kind', [sse, log]))
    .default([])
    .describe('Who is told of changes.'),
});
