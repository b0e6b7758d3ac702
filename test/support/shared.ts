import {existsSync} from 'node:fs';
import {resolve} from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * A file of material that stands beside the project and is no part of it (a tutorial of
 * Drasi, to be run as it is), or undefined, where this machine does not have it. Tests
 * that need it are skipped then, and say so; with TAILRACE_TEST_REQUIRE=all they fail.
 */
export function sharedFile(path: string): string | undefined {
  const file = resolve(root, '../shared', path);
  if (existsSync(file)) return file;
  const reason = `skipped: ../shared/${path} is not on this machine`;
  if (process.env.TAILRACE_TEST_REQUIRE === 'all') throw new Error(reason);
  process.stderr.write(`${reason}\n`);
  return undefined;
}
