import type {Socket} from 'node:net';
import pg from 'pg';
import {LogicalReplicationService} from 'pg-logical-replication';
import {type Lsn, lsnText} from '../data/lsn.ts';
import {
  type ConnectOptions,
  clientConfig,
  connectionOf,
  type ProtocolConnection,
} from './connection.ts';
import {quoteIdent, quoteLiteral} from './identifiers.ts';
import {postgresMicros} from './postgres-time.ts';
import type {TlsOptions} from './tls.ts';

export interface StreamOptions {
  readonly connect: ConnectOptions;
  readonly tls: TlsOptions;
  readonly slot: string;
  readonly publication: string;
  /** Transactions whose commit record begins before this are not sent. */
  readonly from: Lsn;
  /** The server's wal_sender_timeout; 0 is never. */
  readonly walSenderTimeoutMs: number;
  /** Whether messages that are no changes come, too (pg_logical_emit_message). */
  readonly messages: boolean;
}

export interface TransportHandlers {
  /** The client is connected, and its START_REPLICATION is on its way. */
  connected(client: pg.Client): void;
  /** The server has begun to send. */
  started(): void;
  /** A message of the output plugin; its bytes are good during the call only. */
  message(bytes: Buffer): void;
  /** `sentAt`: by the server's clock, in microseconds since 1970. */
  keepalive(walEnd: Lsn, said: {readonly sentAt: number; readonly replyRequested: boolean}): void;
}

/**
 * The use that is made of pg-logical-replication: one service for one connection, for its
 * CopyBoth subscription alone. What it acknowledges is one byte too far, its timer confirms
 * what was only received, it quotes no names and answers no request of the server: all
 * that is off, and done in `replication-stream.ts`. Its plugin here decodes nothing.
 *
 * `over`: resolves or rejects when the connection has ended, and is cleaned up.
 */
export function subscribe(
  options: StreamOptions,
  socket: Socket,
  handlers: TransportHandlers,
): {over: Promise<void>} {
  const config = {
    ...clientConfig(options.connect, {
      tls: options.tls,
      replication: true,
      settings: patience(options),
    }),
    stream: () => socket,
    replication: 'database',
  } as const;
  const service = new LogicalReplicationService(config, {
    acknowledge: {auto: false, timeoutSeconds: 0},
    flowControl: {enabled: false},
  });
  listenEarly(service, config);
  let connection: ProtocolConnection | undefined;
  const plugin = {
    name: 'pgoutput',
    options: {},
    parse: (bytes: Buffer) => bytes,
    start(client: pg.Client, slot: string, from: string) {
      connection = connectionOf(client);
      receive(connection, handlers);
      endAtGap(client, connection);
      handlers.connected(client);
      return client.query(startSql({...options, slot, from}));
    },
  };
  service.on('error', () => {}); // The subscription rejects with the same.
  service.on('start', () => handlers.started());
  const over = service
    .subscribe(plugin, options.slot, lsnText(options.from))
    .then(() => {})
    .finally(async () => {
      socket.destroy();
      await service.destroy();
      // The service takes all listeners off, and an error that comes late ends the process.
      connection?.on('error', () => {});
    });
  return {over};
}

const [XLOG_DATA, KEEPALIVE] = [0x77, 0x6b];
/** Kind, position, end of the log, time. */
const XLOG_HEADER_BYTES = 25;
/** Kind, end of the log, time, whether an answer is wanted. */
const KEEPALIVE_BYTES = 18;

/**
 * Takes what the server sends in place of the service, which writes each message's position
 * as a text and makes it an event and a promise: for each of them as much work as all that
 * is to be done with it. Called within the socket's turn, so the bytes are still good.
 */
function receive(connection: ProtocolConnection, handlers: TransportHandlers): void {
  connection.removeAllListeners('copyData');
  connection.on('copyData', ({chunk}) => {
    const kind = chunk[0];
    if (kind === XLOG_DATA) handlers.message(chunk.subarray(XLOG_HEADER_BYTES));
    else if (kind === KEEPALIVE && chunk.length === KEEPALIVE_BYTES) {
      handlers.keepalive(chunk.readBigUInt64BE(1), {
        sentAt: postgresMicros(Number(chunk.readBigInt64BE(9))),
        replyRequested: chunk[KEEPALIVE_BYTES - 1] === 1,
      });
    } else connection.stream.destroy(new Error(`the server sent data of kind ${kind}`));
  });
}

/**
 * What Postgres 18 warns of with this code, it ended the stream for before, with the other. It
 * warns of more with it, as of a standby that it waits for, but not from this file of its own.
 */
const PREREQUISITE_STATE = '55000';
const PUBLICATIONS_FILE = 'pgoutput.c';
const UNDEFINED_OBJECT = '42704';

/**
 * Since Postgres 18 the server leaves out the changes that were made while there was no
 * publication, and warns of it. Nobody would ever make them good: here the stream ends
 * with an error all the same.
 */
function endAtGap(client: pg.Client, {stream}: ProtocolConnection): void {
  client.on('notice', ({code, file, message}) => {
    if (code !== PREREQUISITE_STATE || file !== PUBLICATIONS_FILE) return;
    stream.destroy(Object.assign(new Error(message), {code: UNDEFINED_OBJECT}));
  });
}

/**
 * A server whose `wal_sender_timeout` is shorter than a long turn of ours would end the
 * connection in the midst of it, and send again what that has taken in. For this session
 * it is as long as we give the server; a longer one stays, and one that is off.
 */
function patience({walSenderTimeoutMs, connect}: StreamOptions): Record<string, string> {
  const longer = walSenderTimeoutMs > 0 && connect.silentMs > walSenderTimeoutMs;
  return longer ? {wal_sender_timeout: `${connect.silentMs}ms`} : {};
}

/**
 * The service listens for errors of its client only after that has connected. A server
 * that is stopped in that moment says so in the same breath, and the error would end the
 * process: here the client is listened to before.
 */
function listenEarly(service: LogicalReplicationService, config: pg.ClientConfig): void {
  const connected = async (): Promise<readonly [pg.Client, ProtocolConnection]> => {
    await service.stop();
    const client = new pg.Client(config);
    client.on('error', (error) => service.emit('error', error));
    Object.assign(service, {_client: client, _connection: connectionOf(client)});
    await client.connect();
    return [client, connectionOf(client)];
  };
  Object.assign(service, {client: connected});
}

function startSql(stream: {
  readonly slot: string;
  readonly from: string;
  readonly publication: string;
  readonly messages: boolean;
}): string {
  // Large transactions come while they are open: the server need not keep them on its disk.
  // The option holds a list of identifiers, so the name is quoted twice.
  const names = quoteLiteral(quoteIdent(stream.publication));
  return (
    `START_REPLICATION SLOT ${quoteIdent(stream.slot)} LOGICAL ${stream.from} ` +
    `(proto_version '2', streaming 'on', publication_names ${names}${stream.messages ? ", messages 'true'" : ''})`
  );
}
