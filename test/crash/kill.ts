import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {FAILPOINTS} from '../../src/lib/failpoints.ts';
import {freePort, startServer, type TestServer} from '../support/postgres-server.ts';
import {until} from '../support/until.ts';
import {type Chance, chance} from './mortal.ts';
import {resumingClient} from './resuming-client.ts';
import {gone, killed, startProcess} from './service-process.ts';
import {agreed, ask, configText, TABLES, writer} from './workload.ts';

const UP_LIMIT_MS = 60_000;
const CLIENTS = 4;
const WRITERS = 3;

/** What a run of kills came to. */
export interface Survived {
  readonly kills: number;
  /** Of them, how often it was at a failpoint, by name. */
  readonly failpoints: Readonly<Record<string, number>>;
  readonly postgresCrashes: number;
  readonly commits: number;
  readonly events: number;
  /** Streams that clients opened. */
  readonly resumes: number;
}

/**
 * Runs the service as a process of its own on a Postgres of its own, kills both again and
 * again under load, and throws where a client was told other than each change once, or
 * holds in the end other than the database.
 */
export async function survive({kills, seed}: {kills: number; seed: number}): Promise<Survived> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-kill-'));
  const server = await startServer({fsync: 'on'});
  const over = new AbortController();
  try {
    return await ordeal({kills, server, folder, over, random: chance(seed)});
  } finally {
    over.abort();
    await server.dispose();
    await rm(folder, {recursive: true, force: true});
  }
}

interface Ordeal {
  readonly kills: number;
  readonly server: TestServer;
  readonly folder: string;
  readonly over: AbortController;
  readonly random: Chance;
}

async function ordeal({kills, server, folder, over, random}: Ordeal): Promise<Survived> {
  await ask(server, TABLES);
  const port = await freePort();
  const config = join(folder, 'server.yaml');
  await writeFile(config, configText(server, {port, store: join(folder, 'store')}));
  const url = `http://127.0.0.1:${port}/api/v1/events`;
  const writing = new AbortController();
  const writers = Array.from({length: WRITERS}, (_, at) =>
    writer(server, writing.signal, 1000 + at),
  );
  const clients = Array.from({length: CLIENTS}, () => resumingClient(url, over));
  const heard = (): number => clients.reduce((sum, one) => sum + one.heard, 0);
  const failpoints: Record<string, number> = {};
  let postgresCrashes = 0;

  let service = await startProcess(config, {port});
  try {
    for (let kill = 0; kill < kills; kill++) {
      const before = heard();
      const wanted = 1 + random.below(60);
      const enough = (): boolean => !service.failpoint && heard() >= before + wanted;
      await until(() => gone(service) || enough(), {
        limitMs: UP_LIMIT_MS,
        what: () => `clients to hear of ${wanted} events\n${service.said()}`,
      });
      if (random.is(0.07)) {
        postgresCrashes += 1;
        await server.stop('immediate');
        if (random.is(0.5)) await killed(service);
        await server.start();
      }
      await killed(service);
      if (service.failpoint && service.diedByItself) {
        failpoints[service.failpoint] = (failpoints[service.failpoint] ?? 0) + 1;
      }
      const failpoint = random.is(0.5) ? random.pick(FAILPOINTS) : undefined;
      service = await startProcess(config, {
        port,
        failpoint: failpoint && `${failpoint}:${5 + random.below(40)}`,
      });
    }
    // Whatever failpoint it may have, it ends here without one.
    await killed(service);
    service = await startProcess(config, {port});
    writing.abort();
    const commits = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    await agreed(server, clients, UP_LIMIT_MS);
    over.abort();
    const resumes = clients.reduce((sum, one) => sum + one.streams, 0);
    return {kills, failpoints, postgresCrashes, commits, events: heard(), resumes};
  } finally {
    await killed(service);
  }
}
