import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {type LmdbStoreOptions, lmdbStore} from '../../src/store/lmdb-store.ts';
import {endlessStore} from './store-options.ts';

const root = resolve(import.meta.dirname, '../..');

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-stopped-'));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
}

interface Holder {
  /** As it knows it itself. */
  readonly pid: number;
  end(): Promise<void>;
}

/** A process that stopped in the middle of a transaction; `within` starts it, say elsewhere. */
async function holder(
  path: string,
  {claim = '', within = []}: {claim?: string; within?: readonly string[]} = {},
): Promise<Holder> {
  const script = [process.execPath, '--import', 'tsx', 'test/store/hold.ts', path, claim];
  const [program, ...args] = [...within, ...script];
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child: ChildProcess = spawn(program!, args, {cwd: root, stdio: [...stdio]});
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(end);
  const [pid] = (await once(child.stdout!, 'data')) as [Buffer];
  return {pid: Number(pid), end};
}

/** The Problem that opening a store ends with, and how many turns others had meanwhile. */
async function refusal(path: string, choices: Partial<LmdbStoreOptions> = {}) {
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 5);
  const options = {...endlessStore(path, 'second'), ...choices};
  const problem = await lmdbStore(options).then(
    () => undefined,
    (error: unknown) => error,
  );
  clearInterval(counting);
  return {problem, turns};
}

test('a store whose owner has stopped in the middle of a write is in use, by that process', async () => {
  const path = await folder();
  const {pid} = await holder(path, {claim: 'claim'});
  const {problem} = await refusal(path);
  expect(problem).toMatchObject({
    code: 'store-in-use',
    detail: `Process ${pid} has it open. It is left as it is.`,
  });
});

test('one that stopped where it cannot be looked for is told after a while, and others have turns', async () => {
  const path = await folder();
  const claim = {pid: 1, born: '7', space: 'pid:[1]', host: 'elsewhere'};
  await writeFile(join(path, 'run.1'), JSON.stringify(claim));
  const {end} = await holder(path);
  const {problem, turns} = await refusal(path, {lockWaitMs: 200});
  expect(problem).toMatchObject({
    code: 'store-in-use',
    detail:
      'Process 1 of the machine or container "elsewhere" is writing to it, and has not ended ' +
      'that within 200 ms: it is paused, or hangs.',
  });
  expect(turns).toBeGreaterThan(10);
  // So the next one does not take it for the claim of a process that has gone.
  const left = (await readdir(path)).filter((name) => /^(run|claim)\./.test(name));
  expect(left).toEqual(['run.1']);
  expect(JSON.parse(await readFile(join(path, 'run.1'), 'utf8'))).toEqual(claim);
  await end();
  const store = await lmdbStore(endlessStore(path, 'third'));
  await store.close();
});

test('where nothing says who used the maps before, they are not waited for without end', async () => {
  const path = await folder();
  await holder(path);
  const {problem} = await refusal(path, {lockWaitMs: 200});
  expect(problem).toMatchObject({
    code: 'store-in-use',
    detail: expect.stringMatching(/^Another process is writing to it/),
  });
});

/** A pid namespace of its own, as a container has; its first process cannot stop itself. */
const CONTAINER = [
  ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['bash', '-c', '"$0" "$@"; true'],
];

/** Whether this machine lets us make one: as root, outside of most containers. */
async function containable(): Promise<boolean> {
  if (process.env.TAILRACE_TEST_REQUIRE === 'all') return true;
  const [program, ...args] = [...CONTAINER, 'true'];
  const child = spawn(program!, args, {stdio: 'ignore'});
  return new Promise((answer) => {
    child.once('error', () => answer(false));
    child.once('exit', (code) => answer(code === 0));
  });
}

test('a service that is paused in another container is told by its pid there', async ({skip}) => {
  if (!(await containable())) skip('no namespace can be made here');
  const path = await folder();
  const {pid} = await holder(path, {claim: 'claim', within: CONTAINER});
  expect(pid).toBeLessThan(20);
  const {problem} = await refusal(path, {lockWaitMs: 200});
  expect(problem).toMatchObject({
    code: 'store-in-use',
    detail: expect.stringContaining(`Process ${pid} of the machine or container "`),
  });
});
