import {execFile} from 'node:child_process';
import {resolve} from 'node:path';
import {promisify} from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const LIMIT_MS = 300_000;

/**
 * Whether tests that need `docker compose` have to be skipped. Says so and why; where
 * everything is required it throws instead.
 */
export async function withoutDocker(): Promise<boolean> {
  try {
    await promisify(execFile)('docker', ['info'], {timeout: 10_000});
    await promisify(execFile)('docker', ['compose', 'version'], {timeout: 10_000});
    return false;
  } catch (error) {
    const why = `no Docker engine with compose answers (${String(error).split('\n')[0]})`;
    if (process.env.TAILRACE_TEST_REQUIRE === 'all') throw new Error(`docker tests: ${why}`);
    process.stderr.write(`skipped: docker tests: ${why}\n`);
    return true;
  }
}

/** Runs `docker compose` on the project's file; answers what it wrote. */
export function compose(
  env: Readonly<Record<string, string>>,
): (...args: string[]) => Promise<string> {
  return async (...args) => {
    const options = {cwd: ROOT, env: {...process.env, ...env}, timeout: LIMIT_MS};
    return (await promisify(execFile)('docker', ['compose', ...args], options)).stdout.trim();
  };
}
