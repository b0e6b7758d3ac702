import {link, mkdir, readdir, readFile, readlink, rename, rm, writeFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {assert} from './assert.ts';
import {runningProcess} from './process-table.ts';

const CLAIM = /^run\.(\d+)$/;
const ATTEMPTS = 10;

/** Whoever claimed a folder and cannot be looked for: its pid is one of another container. */
export interface Unseen {
  /** Undefined: nothing says who used the folder before. */
  readonly pid: number | undefined;
  /** The name of its machine or container. */
  readonly host: string | undefined;
}

export interface ClaimOptions {
  /**
   * Called before the folder is taken from somebody who may run or not. What it throws leaves
   * the folder as it is.
   */
  readonly takeFrom?: (unseen: Unseen) => Promise<void>;
}

/**
 * Makes `pid` (the caller's own) the one process that uses a folder, for as long as it
 * runs. Answers the pid of another one that still runs and has claimed it, if there is one.
 * Pids mean something among processes that see each other: a claim of another pid namespace
 * holds nobody up.
 *
 * Claims are files `run.1`, `run.2` …, and the highest counts. A claim whose process has
 * gone is never removed in order to be made again, only outnumbered: of two processes
 * that find the same dead claim, the file system lets one make the next number. So there
 * is nothing to release, and `kill -9` leaves nothing behind that stands in the way.
 */
export async function claimFolder(
  folder: string,
  pid: number,
  {takeFrom}: ClaimOptions = {},
): Promise<number | undefined> {
  await mkdir(folder, {recursive: true});
  const born = (await runningProcess(pid))?.born;
  assert(born !== undefined, `process ${pid} claims a folder while it runs`);

  const draft = join(folder, `claim.${pid}`);
  const own: Claim = {pid, born, space: await pidSpace(), host: hostname()};
  await writeFile(draft, JSON.stringify(own));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const highest = Math.max(0, ...(await claims(folder)));
      const holder = await holderOf(folder, highest);
      if (holder.kind === 'removed') continue;
      if (holder.kind === 'running') return holder.pid;
      if (holder.kind === 'unseen') await takeFrom?.(holder);
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
  const holder = await holderOf(folder, highest);
  if (holder.kind !== 'running' || holder.pid !== pid) return;
  const draft = join(folder, `claim.${pid}`);
  const nobody: Claim = {pid: 0, born: 'released'};
  await writeFile(draft, JSON.stringify(nobody));
  await rename(draft, join(folder, `run.${highest}`));
}

async function claims(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = CLAIM.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** What stands in the file of a claim. */
interface Claim {
  /** 0: it was released. */
  readonly pid: number;
  readonly born: string;
  /** Among which processes it has this pid; absent where there is one such space. */
  readonly space?: string | undefined;
  readonly host?: string | undefined;
}

type Holder =
  | {readonly kind: 'running'; readonly pid: number}
  | ({readonly kind: 'unseen'} & Unseen)
  /** It has released the folder, or does not run any more. */
  | {readonly kind: 'over'}
  /** The claim itself is gone: another one has been made. */
  | {readonly kind: 'removed'};

async function holderOf(folder: string, number: number): Promise<Holder> {
  if (number === 0) return {kind: 'unseen', pid: undefined, host: undefined};
  const claim = await readClaim(join(folder, `run.${number}`));
  if (claim === 'removed') return {kind: 'removed'};
  // It came with its content: where the machine lost that, its process went with the machine.
  if (claim === 'lost' || claim.pid === 0) return {kind: 'over'};
  const {pid, born, host} = claim;
  const space = await pidSpace();
  const ours = claim.space === undefined || claim.space === space;
  if (ours && (await runningProcess(pid))?.born === born) return {kind: 'running', pid};
  return claim.space === space ? {kind: 'over'} : {kind: 'unseen', pid, host};
}

async function readClaim(path: string): Promise<Claim | 'removed' | 'lost'> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Claim;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'removed';
    if (error instanceof SyntaxError) return 'lost';
    throw error;
  }
}

/**
 * Names those processes whose pids this one can look up. Containers have spaces of their own.
 * https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
async function pidSpace(): Promise<string | undefined> {
  try {
    return await readlink('/proc/self/ns/pid');
  } catch {
    // Outside of Linux all processes of the machine have one.
    return undefined;
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
