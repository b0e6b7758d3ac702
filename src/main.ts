#!/usr/bin/env -S node --max-semi-space-size=32
import {readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {HELP, readArguments} from './cli/arguments.ts';
import {demoFolder} from './cli/demo-folder.ts';
import {openLog} from './cli/log.ts';
import type {CliWorld} from './cli/service.ts';
import {loadConfig} from './config/load.ts';
import {systemClock} from './lib/clock.ts';
import {failpointOf} from './lib/failpoints.ts';
import {problemsOf, problemText} from './lib/problem.ts';

/**
 * The way from the command line to the commands, and back to an exit code: the one file
 * that touches `process`. Everything else gets what it needs as an argument. A command is
 * loaded when it is called: `tailrace sql` does not wait for a web server to be read.
 *
 * What a step of the store holds until it is written outlives a collection of the youngest
 * objects at Node's 16 MB for them: with 32 MB catching up spends half as long on garbage.
 */
const root = resolve(import.meta.dirname, '..');
const clock = systemClock();
const write = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const world: CliWorld = {
  clock,
  env: process.env,
  pid: process.pid,
  uid: process.getuid?.() ?? -1,
  root,
  write,
  openLog: (options) =>
    openLog({...options, stream: process.stderr, colors: process.stderr.isTTY === true}),
  loadConfig: async (options) => {
    const {textChecks} = await import('./pipeline/checks.ts');
    await (await import('./pipeline/sql-parser.ts')).loadSqlParser();
    const {close, ...checks} = textChecks();
    try {
      return await loadConfig({...options, ...checks, readFile: (path) => readFile(path)});
    } finally {
      await close();
    }
  },
  startService: async (config, {log, fail}) =>
    (await import('./pipeline.ts')).startService(config, {
      clock,
      version: await version(),
      nowNs: () => performance.now() * 1e6,
      random: Math.random,
      pid: process.pid,
      failpoint: failpointOf(process.env.TAILRACE_FAILPOINT, () =>
        process.kill(process.pid, 'SIGKILL'),
      ),
      log,
      write,
      publicDir: join(root, 'public'),
      fail,
    }),
};

process.stdout.on('error', leave);
process.on('uncaughtException', die);
process.on('unhandledRejection', die);
process.exit(await run());

/** Runs the command; answers the exit code. */
async function run(): Promise<number> {
  try {
    await obey(readArguments(process.argv.slice(2)));
    return 0;
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) return die(error);
    complain(problems.map(problemText).join('\n\n'));
    return 1;
  }
}

async function obey(command: ReturnType<typeof readArguments>): Promise<void> {
  switch (command.kind) {
    case 'help':
      return write(HELP.trimEnd());
    case 'version':
      return write(await version());
    case 'validate':
      return (await import('./cli/validate.ts')).validate(command.path, world);
    case 'sql': {
      const script = command.statement ?? (await standardInput());
      const {runSql} = await import('./cli/sql.ts');
      const data = world.env.TAILRACE_DATA;
      return runSql(script, {folder: demoFolder(world), data, write});
    }
    case 'serve': {
      const pretty = process.stderr.isTTY === true;
      const {serve} = await import('./cli/serve.ts');
      return serve(command.path, {world, pretty, signal: stopSignal({aloud: pretty})});
    }
    case 'demo':
      return (await import('./cli/demo.ts')).demo(world, stopSignal({aloud: true}));
  }
}

/**
 * Aborted by the first SIGINT or SIGTERM. The second one waits for nothing. `aloud`: whether
 * people read what is said; a diary of JSON has a line of its own for it.
 */
function stopSignal({aloud}: {readonly aloud: boolean}): AbortSignal {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(130);
    if (aloud) complain('stopping; once more to stop at once');
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return stopping.signal;
}

async function standardInput(): Promise<string> {
  if (process.stdin.isTTY) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function version(): Promise<string> {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;
}

/** What nobody expected: a bug of ours, or of what we stand on. */
function die(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  complain(`Tailrace has to stop, because of a bug; please report it with these lines.\n${text}`);
  process.exit(1);
}

/** Who reads our output has gone (`tailrace sql … | head`): there is nobody left to tell. */
function leave(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(0);
  die(error);
}
