import {link, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {assert} from '../lib/assert.ts';
import {cliProblems} from './problems.ts';
import {runningProcess} from './process-table.ts';

const CLAIM = /^run\.(\d+)$/;
const ATTEMPTS = 10;

/**
 * Makes `pid` (the caller's own) the one process that uses a folder, for as long as it
 * runs; throws a Problem where another one that still runs has claimed it.
 *
 * Claims are files `run.1`, `run.2` …, and the highest counts. A claim whose process has
 * gone is never removed in order to be made again, only outnumbered: of two processes
 * that find the same dead claim, the file system lets one make the next number. So there
 * is nothing to release, and `kill -9` leaves nothing behind that stands in the way.
 */
export async function claimFolder(folder: string, pid: number): Promise<void> {
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
      if (holder !== undefined) throw cliProblems['demo-running']({pid: holder, folder});
      if (await outnumbered(folder, {draft, claim: highest + 1})) return;
    }
  } finally {
    await rm(draft, {force: true});
  }
  throw cliProblems['demo-folder-denied']({folder, reason: 'Other processes keep claiming it.'});
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
    return (await runningProcess(pid))?.born === born ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
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
