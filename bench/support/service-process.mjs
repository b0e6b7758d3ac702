import {readFileSync} from 'node:fs';
import {writeHeapSnapshot} from 'node:v8';
import {readConfig} from '../../dist/config/read.js';
import {systemClock} from '../../dist/lib/clock.js';
import {silentLog} from '../../dist/lib/log.js';
import {startService} from '../../dist/pipeline.js';

/**
 * The service in a process of its own, for benches: compiled, as users run it. It starts
 * when it is told, so that what loading the program takes is not measured, and tells what
 * memory it holds. What is said and told is in `service.ts`.
 */
const say = (said) => void process.send(said);
let service;

function fail(error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

async function start({text, env}) {
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

function memory() {
  globalThis.gc?.();
  const {rss, heapUsed, external, arrayBuffers} = process.memoryUsage();
  return {rss, heapUsed, external, arrayBuffers, anonymous: anonymousBytes() ?? rss};
}

/** RSS without the pages of files, of which the store maps one as large as it is. */
function anonymousBytes() {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return Number(kilobytes) * 1024;
  } catch {
    // Other systems do not tell.
    return undefined;
  }
}

async function obey(told) {
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

process.on('message', (told) => void obey(told).catch(fail));
process.on('disconnect', () => process.exit(1));
say({kind: 'loaded'});
