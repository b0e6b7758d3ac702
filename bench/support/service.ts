import {type ChildProcess, execFileSync, fork} from 'node:child_process';
import {once} from 'node:events';
import {get, type IncomingMessage} from 'node:http';
import {join} from 'node:path';
import {parseLsn} from '../../src/data/lsn.ts';
import {until} from '../../test/support/until.ts';

/** What a bench tells the process of a service. */
export type Told =
  | {
      readonly kind: 'start';
      readonly text: string;
      readonly env: Readonly<Record<string, string>>;
    }
  | {readonly kind: 'memory'}
  | {readonly kind: 'heap'; readonly file: string}
  | {readonly kind: 'stop'};

/** What that says. */
export type Said =
  | {readonly kind: 'loaded' | 'ready' | 'heap'}
  | {readonly kind: 'started'; readonly api: string}
  | {readonly kind: 'memory'; readonly memory: Memory};

/** In bytes, after a collection of garbage. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** RSS without pages of files; RSS where the system does not tell. */
  readonly anonymous: number;
}

/** A configuration that is not read yet, with its variables. */
export interface ConfigText {
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A service in a process of its own. */
export interface BenchService {
  readonly api: string;
  readonly pid: number;
  /** Resolves once no query waits for its first result. */
  readonly ready: Promise<unknown>;
  /** The `data` of an answer of the API. */
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  memory(): Promise<Memory>;
  /** Writes what is on its heap, for a debugger. */
  heap(file: string): Promise<void>;
  /** In order. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

let built = false;

/** Compiles what is not compiled yet: what is measured is what users run. */
function build(): void {
  if (!built) execFileSync('npm', ['run', '--silent', 'build'], {stdio: 'inherit'});
  built = true;
}

/**
 * Loads the program and waits; the answer starts the service. With TAILRACE_PROFILE, the
 * name of a folder, each process leaves a profile of its CPU there.
 */
export async function loadedService(): Promise<(config: ConfigText) => Promise<BenchService>> {
  const folder = process.env.TAILRACE_PROFILE;
  const profile = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
  build();
  const child = fork(join(import.meta.dirname, 'service-process.mjs'), [], {
    // The first as `npm start` does.
    execArgv: ['--max-semi-space-size=32', '--expose-gc', ...profile],
  });
  await heard(child, 'loaded');
  return async ({text, env}) => {
    const started = heard(child, 'started');
    const ready = heard(child, 'ready');
    // Who does not wait for it learns of a service's end otherwise.
    ready.catch(() => {});
    tell(child, {kind: 'start', text, env});
    const {api} = await started;
    return handle(child, {api, ready});
  };
}

function handle(
  child: ChildProcess,
  {api, ready}: {readonly api: string; readonly ready: Promise<unknown>},
): BenchService {
  const gone = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return {
    api,
    pid: child.pid!,
    ready,
    get: async <T>(path: string) => (JSON.parse(await textAt(api + path)) as {data: T}).data,
    text: (path) => textAt(api + path),
    async memory() {
      const answer = heard(child, 'memory');
      tell(child, {kind: 'memory'});
      return (await answer).memory;
    },
    async heap(file) {
      const done = heard(child, 'heap');
      tell(child, {kind: 'heap', file});
      await done;
    },
    async stop() {
      tell(child, {kind: 'stop'});
      await gone();
    },
    async kill() {
      child.kill('SIGKILL');
      await gone();
    },
  };
}

/** On a connection of its own: one that is kept may be closed just when it is used again. */
async function textAt(url: string): Promise<string> {
  const [answer] = (await once(get(url, {agent: false}), 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
}

const tell = (child: ChildProcess, told: Told): void => void child.send(told);

/** The next thing of a kind that the process says; throws when it ends before. */
function heard<K extends Said['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<Said, {kind: K}>> {
  return new Promise((resolve, reject) => {
    const hear = (said: Said): void => {
      if (said.kind !== kind) return;
      leave();
      resolve(said as Extract<Said, {kind: K}>);
    };
    const end = (): void => {
      leave();
      reject(new Error(`the service ended before it was ${kind}`));
    };
    const leave = (): void => void child.off('message', hear).off('exit', end);
    child.on('message', hear).on('exit', end);
  });
}

interface SourceBody {
  readonly acknowledgedLsn: string | null;
}

/** Waits until a service has stored, and acknowledged, all up to a position. */
export async function acknowledged(
  service: BenchService,
  {lsn, ...limits}: {readonly lsn: string; readonly limitMs: number; readonly everyMs?: number},
): Promise<void> {
  await until(
    async () => {
      const [source] = await service.get<SourceBody[]>('/api/v1/sources');
      return parseLsn(source?.acknowledgedLsn ?? '0/0')! >= parseLsn(lsn)!;
    },
    {...limits, what: `the service to acknowledge ${lsn}`},
  );
}
