import {dirname, join} from 'node:path';
import {Problem, Problems} from '../lib/problem.ts';
import {parseEnvFile} from './env-file.ts';
import type {Environment} from './interpolate.ts';
import {problems} from './problems.ts';
import {type Checks, type Loaded, readConfig} from './read.ts';
import {utf8Text} from './utf8.ts';

export interface LoadOptions extends Checks {
  readonly path: string;
  /** A file, as text or as its bytes; rejects with the system's error where there is none. */
  readonly readFile: (path: string) => Promise<string | Uint8Array>;
  /** The process's environment. It wins over `.env`. */
  readonly env: Environment;
}

/**
 * Reads a configuration file, and the `.env` beside it where there is one. Throws Problems
 * with every mistake in both at once; what is only odd comes back as warnings.
 */
export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const {path, readFile, env, ...checks} = options;
  const [text, envFile] = await Promise.all([
    read(path, readFile),
    read(join(dirname(path), '.env'), readFile),
  ]);
  const before: Problem[] = [];
  const report = (problem: Problem): void => void before.push(problem);
  if (text instanceof Problem) throw new Problems([text]);
  if (envFile instanceof Problem && !isAbsent(envFile.cause)) report(envFile);
  const fromFile =
    envFile instanceof Problem ? {} : parseEnvFile(envFile, join(dirname(path), '.env'), report);
  return readConfig({text, file: path, env: {...fromFile, ...env}, before, ...checks});
}

async function read(file: string, readFile: LoadOptions['readFile']): Promise<string | Problem> {
  try {
    const content = await readFile(file);
    return typeof content === 'string' ? content : utf8Text(content, file);
  } catch (cause) {
    const code = codeOf(cause);
    const said = code ?? (cause instanceof Error ? cause.message : String(cause));
    const reason = WHY[code ?? ''] ?? `The system says: ${said}`;
    return problems['config-unreadable']({file, reason}, {cause});
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file',
  ENOTDIR: 'There is no such file',
  EISDIR: 'It is a folder',
  EACCES: 'The user of the service may not read it',
};

const isAbsent = (cause: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(cause) ?? '');

function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}
