import {connect, createServer, type Server, type Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {freshDatabase, type RunningSource, runSource} from '../support/running-source.ts';
import {until} from '../support/until.ts';

const TABLE = 'CREATE TABLE t (id int PRIMARY KEY)';

test('a pooler is told from Postgres by the number that it gives at the login', async () => {
  const database = await freshDatabase(TABLE);
  const port = await listening((near) => {
    const far = connect(database.port, database.host);
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => near.write(withOtherPid(chunk)));
    join(near, far);
  });
  const problem = await problemOf(runSource(database, {tables: ['t'], connect: {port}}));
  expect(problem.code).toBe('pooler-between');
  expect(problem.hint).toContain('direct address');
});

test('a pooler that takes no settings in the startup packet is told as one', async () => {
  const database = await freshDatabase(TABLE);
  const port = await listening((near) => {
    near.once('data', () => near.end(refusal('unsupported startup parameter: options')));
    near.on('error', () => {});
  });
  const problem = await problemOf(runSource(database, {tables: ['t'], connect: {port}}));
  expect(problem.code).toBe('pooler-between');
  expect(problem.detail).toContain('startup parameter: options');
});

async function problemOf({source}: RunningSource) {
  await until(() => source.status().state.kind === 'waiting');
  const {state} = source.status();
  if (state.kind !== 'waiting') throw new Error(`the source is ${state.kind}`);
  return state.problem;
}

async function listening(serve: (near: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    sockets.add(near);
    serve(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function join(near: Socket, far: Socket): void {
  near.on('error', () => {}).on('close', () => far.destroy());
  far.on('error', () => {}).on('close', () => near.destroy());
}

/** BackendKeyData, "K", of twelve bytes: the process and a secret. */
const KEY = Buffer.from([0x4b, 0, 0, 0, 12]);

function withOtherPid(chunk: Buffer): Buffer {
  const at = chunk.indexOf(KEY);
  if (at < 0) return chunk;
  const changed = Buffer.from(chunk);
  changed.writeInt32BE(123_456_789, at + KEY.length);
  return changed;
}

/** An ErrorResponse, as PgBouncer words it. */
function refusal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
