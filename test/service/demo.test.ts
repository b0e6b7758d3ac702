import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {runningPostmaster} from '../../src/cli/postmaster.ts';
import {openFolder} from '../support/demo-place.ts';
import {freePort} from '../support/postgres-server.ts';
import {type Program, program, says} from '../support/program.ts';
import {streamText} from '../support/stream-text.ts';
import {until} from '../support/until.ts';

// A start makes a database, and a small machine has other things to do.
vi.setConfig({testTimeout: 90_000});

/** The demo with a folder and ports of its own, as one user starts it again and again. */
async function demoUser() {
  const folder = await openFolder();
  const [port, ssePort] = [await freePort(), await freePort()];
  const env = {TAILRACE_DATA: folder, PORT: String(port), SSE_PORT: String(ssePort)};
  const postmaster = () => runningPostmaster(join(folder, 'postgres'));
  onTestFinished(async () => {
    // A demo that was killed, by a test or because one failed, leaves its Postgres.
    const left = await postmaster();
    if (!left) return;
    process.kill(left.pid, 'SIGQUIT');
    await until(async () => !(await postmaster()), {what: 'Postgres to end'});
  });
  return {
    port,
    env,
    postmaster,
    async start(): Promise<Program> {
      const running = program([], {env});
      await says(running, /^ {2}Change .*\n/m);
      return running;
    },
    async sql(statement: string): Promise<string> {
      const running = program(['sql', statement], {env});
      expect(await running.ended, running.err).toBe(0);
      return running.out.trim();
    },
  };
}

async function stopped(running: Program): Promise<void> {
  running.kill('SIGINT');
  expect(await running.ended, running.err).toBe(0);
}

test('each of the four lines is true, and Ctrl-C leaves nothing behind', async () => {
  const user = await demoUser();
  const running = await user.start();
  // What the log reaction writes may stand between them.
  const lines = running.out.split('\n').filter((line) => /^ {2}[A-Z]/.test(line));
  expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual([
    'Dashboard',
    'Results',
    'Stream',
    'Change',
  ]);
  const [dashboard, results, stream, change] = lines.map((line) =>
    line.trim().replace(/^\S+\s+/, ''),
  );

  const page = await fetch(dashboard!);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<html');

  const answer = await fetch(results!);
  const {data} = (await answer.json()) as {data: {results: {name: string}[]}};
  expect(data.results.map(({name}) => name).sort()).toEqual([
    'active_connections',
    'cpu_usage',
    'disk_usage',
    'error_rate',
    'load_average',
    'memory_usage',
    'network_in',
    'network_out',
    'request_rate',
  ]);

  const received = await streamText(stream!);
  const statement = /"(.*)"$/.exec(change!)?.[1];
  expect(change).toContain(`TAILRACE_DATA=${user.env.TAILRACE_DATA} npm run sql -- "`);
  expect(await user.sql(statement!)).toBe('UPDATE 1');
  await until(() => /"critical-metrics".*"disk_usage".*95\.00/.test(received()), {
    what: 'the change on the stream',
  });

  await stopped(running);
  expect(await user.postmaster()).toBeUndefined();
});

test.each([
  ['makes its data', async (folder: string) => (await readdir(folder)).length > 0],
  ['starts', async (folder: string) => existsSync(join(folder, 'postgres', 'postmaster.pid'))],
])('Ctrl-C while Postgres %s ends the start in peace, and the next one works', async (_, begun) => {
  const user = await demoUser();
  const running = program([], {env: user.env});
  // As long as `says` waits: data are made before Postgres starts.
  await until(() => begun(user.env.TAILRACE_DATA), {limitMs: 30_000, what: 'Postgres to be begun'});
  running.kill('SIGINT');
  expect(await running.ended, running.err).toBe(0);
  expect(running.err).not.toContain('bug');
  expect(await user.postmaster()).toBeUndefined();
  await stopped(await user.start());
});

test('machine figures move by themselves', async () => {
  const user = await demoUser();
  const running = await user.start();
  const received = await streamText(/Stream\s+(\S+)/.exec(running.out)![1]!);
  const readings = () => received().match(/^data: .*"cpu_usage"/gm) ?? [];
  await until(() => readings().length >= 3, {what: 'three readings of the processor'});
  await stopped(running);
});

test('a second start goes on with what the first one had', async () => {
  const user = await demoUser();
  const first = await user.start();
  await user.sql("UPDATE metrics SET value = 1999 WHERE name = 'request_rate'");
  await stopped(first);

  const second = await user.start();
  const rows = await user.sql("SELECT value FROM metrics WHERE name = 'request_rate'");
  expect(rows).toContain('1999.00');
  await stopped(second);
});

test('after kill -9 the next start takes over, and the stream moves', async () => {
  const user = await demoUser();
  const first = await user.start();
  await user.sql("UPDATE metrics SET value = 1999 WHERE name = 'request_rate'");
  first.kill('SIGKILL');
  await first.ended;
  const orphan = await user.postmaster();
  expect(orphan).toBeDefined();

  const second = await user.start();
  expect((await user.postmaster())?.pid).not.toBe(orphan?.pid);
  const received = await streamText(/Stream\s+(\S+)/.exec(second.out)![1]!);
  expect(await user.sql("UPDATE metrics SET value = 2000 WHERE name = 'request_rate'")).toBe(
    'UPDATE 1',
  );
  await until(() => /1999\.00.*2000\.00/.test(received()), {what: 'the change on the stream'});
  await stopped(second);
});

test('two starts at the same time: the second is told of the first', async () => {
  const user = await demoUser();
  const first = await user.start();
  const second = program([], {env: user.env});
  expect(await second.ended).toBe(1);
  expect(second.err).toContain('[demo-running] the demo is already running');
  expect(second.err).toContain(`kill ${first.pid}`);
  await stopped(first);
});

test('a Postgres that dies under the demo ends it, and it says so', async () => {
  const user = await demoUser();
  const running = await user.start();
  process.kill((await user.postmaster())!.pid, 'SIGQUIT');
  expect(await running.ended).toBe(1);
  expect(running.err).toContain('[postgres-stopped]');
});

test('a taken port is said with the way out, and nothing is left running', async () => {
  const user = await demoUser();
  const other = createServer().listen(user.port, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const running = program([], {env: user.env});
  expect(await running.ended).toBe(1);
  expect(running.err).toContain(`[demo-port-taken] port ${user.port} is taken`);
  expect(running.err).toMatch(/PORT=\d+ npm start/);
  expect(running.err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(await user.postmaster()).toBeUndefined();
});

test('a second signal waits for nothing', async () => {
  const user = await demoUser();
  const running = await user.start();
  running.kill('SIGINT');
  await until(() => running.err.includes('once more'), {what: 'the word about a second signal'});
  running.kill('SIGINT');
  expect([0, 130]).toContain(await running.ended);
});
