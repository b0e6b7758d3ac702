import {readFileSync} from 'node:fs';
import {writeHeapSnapshot} from 'node:v8';
import {readConfig} from '../../src/config/read.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {type Service, startService} from '../../src/pipeline.ts';
import type {Memory, Said, Told} from './service.ts';

/**
 * The service in a process of its own, for benches: it starts when it is told, so that
 * what loading the program takes is not measured, and tells what memory it holds.
 */
const say = (said: Said): void => void process.send?.(said);
let service: Service | undefined;

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

async function start({text, env}: Told & {kind: 'start'}): Promise<void> {
  const {config} = readConfig({text, file: 'config/server.yaml', env});
  const reactions = config.reactions.filter(({kind}) => kind === 'sse');
  service = await startService(
    {...config, reactions},
    {
      clock: systemClock(),
      random: Math.random,
      pid: process.pid,
      log: silentLog,
      write() {},
      publicDir: 'public',
      fail,
    },
  );
  const {api} = service.addresses;
  say({kind: 'started', api});
  await service.ready();
  say({kind: 'ready'});
}

function memory(): Memory {
  globalThis.gc?.();
  const {rss, heapUsed, external, arrayBuffers} = process.memoryUsage();
  return {rss, heapUsed, external, arrayBuffers, anonymous: anonymousBytes() ?? rss};
}

/** RSS without the pages of files, of which the store maps one as large as it is. */
function anonymousBytes(): number | undefined {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kilobytes) * 1024;
  } catch {
    // Other systems do not tell.
    return undefined;
  }
}

async function obey(told: Told): Promise<void> {
  switch (told.kind) {
    case 'start':
      return start(told);
    case 'memory':
      return say({kind: 'memory', memory: memory()});
    case 'heap':
      writeHeapSnapshot(told.file);
      return say({kind: 'heap'});
    case 'stop':
      await service?.stop();
      process.exit(0);
  }
}

process.on('message', (told: Told) => void obey(told).catch(fail));
process.on('disconnect', () => process.exit(1));
say({kind: 'loaded'});
