import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {claimFolder, releaseFolder, type Unseen} from '../../src/lib/folder-claim.ts';
import {openFolder} from '../support/demo-place.ts';

/** A process that runs until it is ended. */
async function bystander(): Promise<{pid: number; end(): Promise<void>}> {
  const child: ChildProcess = spawn('sleep', ['60'], {stdio: 'ignore'});
  await once(child, 'spawn');
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(end);
  return {pid: child.pid!, end};
}

test('a folder that a running process has claimed is refused, with its pid', async () => {
  const folder = await openFolder();
  const {pid} = await bystander();
  await claimFolder(folder, pid);
  expect(await claimFolder(folder, process.pid)).toBe(pid);
});

test('a claim ends with its process, however that ends', async () => {
  const folder = await openFolder();
  const {pid, end} = await bystander();
  await claimFolder(folder, pid);
  await end();
  await claimFolder(folder, process.pid);
  expect(await readdir(folder)).toEqual(['run.2']);
});

test('a claim of a pid that was born anew is nobody’s', async () => {
  const folder = await openFolder();
  const {pid} = await bystander();
  await writeFile(join(folder, 'run.7'), JSON.stringify({pid, born: 'long ago'}));
  await claimFolder(folder, process.pid);
  expect(await readdir(folder)).toEqual(['run.8']);
});

test.each(['', '\0'.repeat(9)])(
  'a claim of which a power failure left nothing is nobody’s (%j)',
  async (left) => {
    const folder = await openFolder();
    await writeFile(join(folder, 'run.3'), left);
    expect(await claimFolder(folder, process.pid)).toBeUndefined();
    expect(await readdir(folder)).toEqual(['run.4']);
  },
);

test('of several that start at the same moment, one gets the folder', async () => {
  const folder = await openFolder();
  const dead = await bystander();
  await claimFolder(folder, dead.pid);
  await dead.end();
  const starters = await Promise.all(Array.from({length: 6}, bystander));
  const claims = await Promise.all(starters.map(({pid}) => claimFolder(folder, pid)));
  expect(claims.filter((holder) => holder === undefined)).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['run.2']);
});

test('a claim that is released is free, and only its own process releases it', async () => {
  const folder = await openFolder();
  const {pid} = await bystander();
  await claimFolder(folder, pid);
  await releaseFolder(folder, process.pid);
  expect(await claimFolder(folder, process.pid)).toBe(pid);
  await releaseFolder(folder, pid);
  expect(await claimFolder(folder, process.pid)).toBeUndefined();
});

/** Whom the folder was taken from, as they were told. */
async function takenFrom(folder: string): Promise<readonly Unseen[]> {
  const from: Unseen[] = [];
  const takeFrom = async (unseen: Unseen): Promise<void> => {
    from.push({pid: unseen.pid, host: unseen.host});
  };
  expect(await claimFolder(folder, process.pid, {takeFrom})).toBeUndefined();
  return from;
}

test('a claim of another pid namespace is that of nobody here, and told before it is outnumbered', async () => {
  const folder = await openFolder();
  const {pid} = await bystander();
  await claimFolder(folder, pid);
  const path = join(folder, 'run.1');
  const claim = {...JSON.parse(await readFile(path, 'utf8')), space: 'pid:[1]', host: 'there'};
  await writeFile(path, JSON.stringify(claim));
  const takeFrom = async (): Promise<void> => {
    throw new Error('it is at work');
  };
  await expect(claimFolder(folder, process.pid, {takeFrom})).rejects.toThrow('it is at work');
  expect(await readdir(folder)).toEqual(['run.1']);
  expect(await takenFrom(folder)).toEqual([{pid, host: 'there'}]);
  expect(await readdir(folder)).toEqual(['run.2']);
});

test('where nothing says who had a folder, that is told; where it is known, nothing', async () => {
  const folder = await openFolder();
  expect(await takenFrom(folder)).toEqual([{pid: undefined, host: undefined}]);
  await releaseFolder(folder, process.pid);
  const {pid, end} = await bystander();
  await claimFolder(folder, pid);
  await end();
  expect(await takenFrom(folder)).toEqual([]);
  await releaseFolder(folder, process.pid);
  expect(await takenFrom(folder)).toEqual([]);
});
