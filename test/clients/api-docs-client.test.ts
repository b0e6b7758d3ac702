import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {EventSource} from 'eventsource';
import {expect, onTestFinished, test} from 'vitest';
import {openProxy} from '../support/proxy.ts';
import {testService} from '../support/service.ts';
import {QUERIES, TABLES} from '../support/tutorial.ts';
import {until} from '../support/until.ts';

const docs = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
const streams = docs.slice(docs.indexOf('## Streams'));
const [, client = ''] = /```js\n([\s\S]*?)```/.exec(streams) ?? [];

type Rows = Map<string, Record<string, unknown>>;

test('the client that docs/api.md shows holds the result, also once its stream was cut', async () => {
  const service = await testService({
    sql: TABLES,
    queries: QUERIES,
    limits: '{clientRetryMs: 100}',
  });
  onTestFinished(() => service.close());
  const {hostname, port} = new URL(service.addresses.api);
  const wire = await openProxy({host: hostname, port: Number(port)});
  onTestFinished(() => wire.close());
  const here = client.replace('http://localhost:8080', `http://127.0.0.1:${wire.port}`);
  const begin = new Function('EventSource', `${here}\nreturn {rows, stream};`);
  const {rows, stream}: {rows: Rows; stream: EventSource} = begin(EventSource);
  onTestFinished(() => stream.close());
  const texts = () => [...rows.values()].map(({message}) => message).sort();
  const snapshots: string[] = [];
  stream.addEventListener('snapshot', ({data}) => snapshots.push(data));

  await until(() => rows.size === 1);
  await service.database.query("UPDATE alerts SET message = 'one' WHERE id = 1");
  await until(() => texts().join() === 'one');
  wire.refuse();
  wire.cut();
  await service.database.query(
    "INSERT INTO alerts (metric_name, severity, message) VALUES ('a', 'b', 'two')",
  );
  await service.database.query('DELETE FROM alerts WHERE id = 1');
  wire.admit();
  await until(() => texts().join() === 'two');
  expect(snapshots).toHaveLength(1);
});
