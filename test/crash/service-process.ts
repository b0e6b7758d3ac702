import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join, resolve} from 'node:path';
import {until} from '../support/until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const UP_LIMIT_MS = 60_000;

/** The service as a process of its own, which may be killed at any moment. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  /** Where it is to kill itself: `name:count`, without the count. */
  readonly failpoint: string | undefined;
  readonly diedByItself: boolean;
  /** The end of what it wrote into its diary. */
  readonly said: () => string;
}

export interface StartOptions {
  /** Of its API. */
  readonly port: number;
  readonly failpoint?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts what `npm run build` has made, and waits until it answers. */
export async function startProcess(
  config: string,
  {port, failpoint, env = {}}: StartOptions,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.js'), '--config', config], {
    cwd: ROOT,
    env: {...process.env, ...env, ...(failpoint && {TAILRACE_FAILPOINT: failpoint})},
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  let byItself = false;
  child.once('exit', (_code, signal) => {
    byItself = !child.killed && signal === 'SIGKILL';
  });
  const running = {
    child,
    failpoint: failpoint?.split(':')[0],
    get diedByItself() {
      return byItself;
    },
    said: () => said,
  };
  await until(async () => gone(running) || (await answers(port)), {
    limitMs: UP_LIMIT_MS,
    what: () => `the service to answer\n${said}`,
  });
  if (gone(running) && !byItself) throw new Error(`the service ended by itself:\n${said}`);
  return running;
}

/** Tells `hear` what it wrote into its diary last, and then all that it writes, in whole lines. */
export function readDiary(
  {child, said}: Pick<ServiceProcess, 'child' | 'said'>,
  hear: (lines: string) => void,
): void {
  hear(said());
  let rest = '';
  child.stderr!.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    hear(lines.join('\n'));
  });
}

export const gone = ({child}: Pick<ServiceProcess, 'child'>): boolean =>
  child.exitCode !== null || child.signalCode !== null;

/** Kills it with `kill -9`; throws where it ended by itself, and not at its failpoint. */
export async function killed(running: ServiceProcess): Promise<void> {
  const {child} = running;
  if (gone(running)) {
    if (child.signalCode === 'SIGKILL') return;
    throw new Error(`the service ended by itself:\n${running.said()}`);
  }
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/v1/queries`)).ok;
  } catch {
    return false;
  }
}
