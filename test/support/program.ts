import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import {onTestFinished} from 'vitest';
import {until} from './until.ts';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');

/** The program as a user runs it, in a process of its own. */
export interface Program {
  readonly pid: number;
  /** What it has said until now. */
  readonly out: string;
  readonly err: string;
  /** The exit code; null when a signal ended it. Resolves once all it said has been read. */
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts `tailrace` with the given arguments, from what `npm run build` has made. It is
 * killed after the test if it still runs then. `env` comes on top of the test's own.
 */
export function program(
  args: readonly string[],
  {env = {}, input = ''}: {env?: Record<string, string>; input?: string} = {},
): Program {
  if (!existsSync(MAIN)) throw new Error('dist/main.js is not there: npm run build');
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], {
    env: {...process.env, ...env},
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin!.end(input);
  let [out, err] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    pid: child.pid!,
    ended,
    kill: (signal) => child.kill(signal),
    get out() {
      return out;
    },
    get err() {
      return err;
    },
  };
}

/** Waits until a program has said something on stdout, and fails with all it said if it ends first. */
export async function says(running: Program, what: RegExp, limitMs = 30_000): Promise<void> {
  let over = false;
  void running.ended.then(() => {
    over = true;
  });
  const said = () => `\nout: ${running.out}\nerr: ${running.err}`;
  await until(() => what.test(running.out) || over, {limitMs, what: `${what}`}).catch((cause) => {
    throw new Error(`${cause.message}${said()}`, {cause});
  });
  if (!what.test(running.out)) throw new Error(`it ended before it said ${what}${said()}`);
}
