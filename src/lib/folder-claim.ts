import {link, mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {assert} from './assert.ts';
import {runningProcess} from './process-table.ts';

const CLAIM = /^run\.(\d+)$/;
const ATTEMPTS = 10;

/**
 * Makes `pid` (the caller's own) the one process that uses a folder, for as long as it
 * runs. Answers the pid of another one that still runs and has claimed it, if there is one.
 *
 * Claims are files `run.1`, `run.2` …, and the highest counts. A claim whose process has
 * gone is never removed in order to be made again, only outnumbered: of two processes
 * that find the same dead claim, the file system lets one make the next number. So there
 * is nothing to release, and `kill -9` leaves nothing behind that stands in the way.
 */
export async function claimFolder(folder: string, pid: number): Promise<number | undefined> {
  await mkdir(folder, {recursive: true});
  const born = (await runningProcess(pid))?.born;
  assert(born !== undefined, `process ${pid} claims a folder while it runs`);

  const draft = join(folder, `claim.${pid}`);
  await writeFile(draft, JSON.stringify({pid, born}));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const highest = Math.max(0, ...(await claims(folder)));
      const holder = await runningHolder(folder, highest);
      if (holder === 'gone') continue;
      if (holder !== undefined) return holder;
      if (await outnumbered(folder, {draft, claim: highest + 1})) return undefined;
    }
  } finally {
    await rm(draft, {force: true});
  }
  throw new Error(`other processes keep claiming ${folder}`);
}

/**
 * Ends the claim of a process that goes on running. The claim stays, as that of nobody: its
 * number is not free for those who have read it as the highest.
 */
export async function releaseFolder(folder: string, pid: number): Promise<void> {
  const highest = Math.max(0, ...(await claims(folder)));
  if ((await runningHolder(folder, highest)) !== pid) return;
  const draft = join(folder, `claim.${pid}`);
  await writeFile(draft, JSON.stringify({pid: 0, born: 'released'}));
  await rename(draft, join(folder, `run.${highest}`));
}

async function claims(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = CLAIM.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** The pid that holds a claim and still runs; `gone` when the claim itself was removed. */
async function runningHolder(folder: string, claim: number): Promise<number | 'gone' | undefined> {
  if (claim === 0) return undefined;
  try {
    const text = await readFile(join(folder, `run.${claim}`), 'utf8');
    const {pid, born} = JSON.parse(text) as {pid: number; born: string};
    return pid > 0 && (await runningProcess(pid))?.born === born ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    // It came with its content: where the machine lost that, its process went with the machine.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Makes a claim, and removes those below it; false when another process was faster. */
async function outnumbered(
  folder: string,
  {draft, claim}: {draft: string; claim: number},
): Promise<boolean> {
  const path = join(folder, `run.${claim}`);
  if (!(await linked(draft, path))) return false;
  const others = (await claims(folder)).filter((other) => other !== claim);
  // What was listed above may have been old: then this number was free because it had been removed.
  if (others.some((other) => other > claim)) {
    await rm(path, {force: true});
    return false;
  }
  for (const other of others) await rm(join(folder, `run.${other}`), {force: true});
  return true;
}

/** A link, not a write: the claim appears with its content, or not at all. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
