import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {runningProcess} from '../lib/process-table.ts';

/** What a running Postgres says of itself in its data folder. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/**
 * The Postgres that runs on a data folder, or undefined. The file outlives its process,
 * and its pid may by now be another program's; so the process is asked for its command
 * line, which names the folder.
 * https://www.postgresql.org/docs/17/storage-file-layout.html (postmaster.pid)
 */
export async function runningPostmaster(dataDir: string): Promise<Postmaster | undefined> {
  const lines = (await textOf(join(dataDir, 'postmaster.pid')))?.split('\n');
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined;
  const command = (await runningProcess(pid))?.command ?? '';
  if (!command.includes('postgres') || !command.includes(dataDir)) return undefined;
  return {pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready'};
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
