import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {API_TOKEN, type TestService, testService} from '../support/service.ts';
import {QUERIES, TABLES} from '../support/tutorial.ts';

const docs = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');

/** Every command of the page, with the answer that stands below it. */
const examples = [...docs.matchAll(/```sh\n([\s\S]*?)```\n```(json|text)\n([\s\S]*?)```/g)].map(
  ([, command = '', form = '', answer = '']) => ({command, form, answer}),
);

let service: TestService;
beforeAll(async () => {
  const reactions = `
  - kind: sse
    id: stream
    host: 127.0.0.1
    port: 0
    queries: [current-metrics, active-alerts]`;
  service = await testService({sql: TABLES, queries: QUERIES, reactions});
});
afterAll(() => service.close());

/** What a shell prints for the command; a stream is left after a second. */
function printed(command: string): Promise<string> {
  const {api, streams} = service.addresses;
  const here = command
    .replaceAll('http://localhost:8080', api)
    .replaceAll('http://localhost:8081', new URL(streams[0]!).origin)
    .replaceAll('curl -sN', 'curl -sN --max-time 1');
  const env = {PATH: '/usr/bin:/bin', TAILRACE_API_TOKEN: API_TOKEN};
  // Each command's answer stands on lines of its own on the page.
  const script = here.replaceAll(/\n(?=curl)/g, '\necho\n');
  return new Promise((done) => {
    execFile('/bin/sh', ['-c', script], {env}, (_error, stdout) => done(stdout));
  });
}

/** A text of the page in which `…` stands for anything. */
const pattern = (text: string): RegExp =>
  new RegExp(text.split('…').map(escaped).join('[\\s\\S]*'));
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** JSON in which `"…"` stands for anything, and objects may have more than is told. */
function shape(value: unknown): unknown {
  if (value === '…') return expect.anything();
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, shape(part)]);
  return expect.objectContaining(Object.fromEntries(entries));
}

test.each(examples)('$command answers what the page says', async ({command, form, answer}) => {
  const output = await printed(command);
  if (form === 'json') expect(JSON.parse(output)).toEqual(shape(JSON.parse(answer)));
  else for (const line of answer.trim().split('\n')) expect(output).toMatch(pattern(line));
});

test('the page has its examples', () => {
  expect(examples.length).toBeGreaterThan(15);
  expect([...docs.matchAll(/^curl /gm)].length).toBeGreaterThan(18);
});
