import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {freePort, type ServerAddress} from './postgres-server.ts';
import {until} from './until.ts';

/** Debian has it where only administrators look. */
const ENV = {...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin`};

/**
 * Whether tests that need a PgBouncer have to be skipped. Says so and why; where everything
 * is required it throws instead.
 */
export function withoutPgbouncer(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'], {env: ENV, stdio: 'pipe', timeout: 10_000});
    return false;
  } catch (error) {
    const why = `pgbouncer cannot be run (${String(error).split('\n')[0]})`;
    if (process.env.TAILRACE_TEST_REQUIRE === 'all') throw new Error(`pooler tests: ${why}`);
    process.stderr.write(`skipped: pooler tests: ${why}\n`);
    return true;
  }
}

/**
 * Starts a PgBouncer before `server` that ends with the test; answers its port. `settings`
 * are lines of its section [pgbouncer], `databases` of the one that names those.
 */
export async function startPgbouncer(
  server: ServerAddress,
  {
    settings = {},
    databases = `* = host=${server.host} port=${server.port}`,
  }: {readonly settings?: Readonly<Record<string, string>>; readonly databases?: string} = {},
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-pgbouncer-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const port = await freePort();
  const users = join(folder, 'users.txt');
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const config = join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${server.user}" "${server.password}"\n`);
  await writeFile(config, `[databases]\n${databases}\n[pgbouncer]\n${lines.join('\n')}\n`);
  // It refuses to be root, as Postgres does; whom it becomes has to read these.
  await chmod(folder, 0o755);
  await run(process.getuid?.() === 0 ? ['-u', 'nobody', config] : [config]);
  return port;
}

/** Runs it until the test is over; resolves once it takes connections. */
async function run(args: readonly string[]): Promise<void> {
  const child = spawn('pgbouncer', args, {env: ENV, stdio: ['ignore', 'ignore', 'pipe']});
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`PgBouncer did not start: ${said}`);
      return said.includes('process up');
    },
    {what: () => `PgBouncer to start: ${said}`},
  );
}
