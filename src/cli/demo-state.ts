import {randomBytes} from 'node:crypto';
import {readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {cliProblems} from './problems.ts';

/** What one command of the demo has to tell another. Kept in a file of mode 0600. */
export interface DemoState {
  /** Of the superuser `postgres`. Made by chance, and never printed. */
  readonly password: string;
  /** Postgres's data: usually below the demo's folder, but see `findPlace`. */
  readonly dataDir: string;
}

/** The state of the demo in a folder; undefined where none was ever started. */
export async function readState(folder: string): Promise<DemoState | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')) as DemoState;
  } catch (cause) {
    const {code, message} = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw cliProblems['demo-folder-denied']({folder, reason: message}, {cause});
  }
}

/** Notes where the data are; keeps the password, or makes one. The caller has the claim. */
export async function keepState(folder: string, dataDir: string): Promise<DemoState> {
  const password = (await readState(folder))?.password ?? randomBytes(24).toString('base64url');
  const state: DemoState = {password, dataDir};
  const draft = join(folder, 'demo.json.draft');
  await writeFile(draft, `${JSON.stringify(state)}\n`, {mode: 0o600});
  await rename(draft, join(folder, 'demo.json'));
  return state;
}
