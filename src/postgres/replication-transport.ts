import type {Socket} from 'node:net';
import pg from 'pg';
import {LogicalReplicationService} from 'pg-logical-replication';
import {type Lsn, lsnText, parseLsn} from '../data/lsn.ts';
import {
  type ConnectOptions,
  clientConfig,
  connectionOf,
  type ProtocolConnection,
} from './connection.ts';
import {quoteIdent, quoteLiteral} from './identifiers.ts';
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
  keepalive(walEnd: Lsn, replyRequested: boolean): void;
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
    ...clientConfig(options.connect, {tls: options.tls, replication: true}),
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
      handlers.connected(client);
      return client.query(startSql({...options, slot, from}));
    },
  };
  service.on('error', () => {}); // The subscription rejects with the same.
  service.on('start', () => handlers.started());
  // Called within the socket's turn, so the bytes are still good.
  service.on('data', (_lsn, bytes: Buffer) => handlers.message(bytes));
  service.on('heartbeat', (lsn, _timestamp, replyRequested) =>
    handlers.keepalive(parseLsn(lsn) ?? 0n, replyRequested),
  );
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
