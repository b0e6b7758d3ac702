import {chmod, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir, userInfo} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {type ClusterPlace, findPlace} from '../../src/cli/cluster-place.ts';
import {postgresBinaries} from '../../src/cli/postgres-binaries.ts';

/** A folder that is gone after the test; everybody may reach it. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-demo-'));
  await chmod(folder, 0o755);
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}

/** A place for a Postgres in a folder of the test's own. */
export async function demoPlace(): Promise<ClusterPlace> {
  const {uid} = userInfo();
  return await findPlace({
    native: await postgresBinaries(),
    folder: await openFolder(),
    uid,
    fixed: true,
  });
}
