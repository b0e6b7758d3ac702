import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {checksumOf} from '../../src/data/checksum.ts';
import {eventJson} from '../../src/data/event.ts';
import {A_PLACE} from '../support/a-place.ts';

/** The recipes that docs/api.md gives to authors of clients, run as they stand there. */
const docs = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
const section = docs.slice(docs.indexOf('### Does a client agree'));
const recipe = (language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(section)![1]!;

const nested = '{"value":95.00,"updated":[{"key":"9","after":{"x":[]}}],"text":"]}\\"\\\\ é 😀"}';
const rows = Array.from({length: 3}, (_, i) => `{"key":"${i}","after":{"n":${i}.10}}`);
const messages = [
  `{"queryId":"q","sequence":5,"lsn":"0/1","part":1,"parts":1,"rows":[${rows.join(',')}]}`,
  eventJson({
    sequence: 6,
    queryId: 'q',
    added: [
      {key: 'a|"b', after: nested},
      {key: 'c', after: '{}'},
    ],
    updated: [{key: '1', before: '{"n":1.10}', after: nested}],
    deleted: [{key: '0', before: '{"n":0.10}'}],
    transaction: A_PLACE,
  }),
];
const expected = checksumOf(
  [
    ['1', nested],
    ['2', '{"n":2.10}'],
    ['a|"b', nested],
    ['c', '{}'],
  ],
  {crc32},
);

test('the recipe in JavaScript comes to the checksum', async () => {
  const module = `data:text/javascript,${encodeURIComponent(recipe('js'))}`;
  const {take, checksum} = await import(/* @vite-ignore */ module);
  const texts = new Map<string, string>();
  for (const message of messages) take(texts, message);
  expect({count: texts.size, checksum: checksum(texts)}).toEqual(expected);
});

const python = spawnSync('python3', ['--version']).status === 0;

test.runIf(python)('the recipe in Python comes to the checksum', () => {
  const program = `${recipe('python')}
import sys
texts = {}
for message in json.load(sys.stdin): take(texts, message)
print(json.dumps({"count": len(texts), "checksum": checksum(texts)}))`;
  const said = execFileSync('python3', ['-c', program], {input: JSON.stringify(messages)});
  expect(JSON.parse(said.toString())).toEqual(expected);
});
