// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of files.
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {redacted} from '../../src/config/redacted.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {read, SNAKE} from '../support/config.ts';

/** How many texts are tried; FUZZ_RUNS for more by hand. The seed is in a failure's message. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 250);

/** Reads a text, whatever it is: a configuration, or problems that all say where. */
function survives(text: string): void {
  try {
    const {config} = read(text, {env: {A: '1'}});
    JSON.stringify(redacted(config));
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    const lines = text.split(/\r\n|\n|\r/).length;
    const lost = problems.filter(
      ({place}) => !place || place.line < 1 || place.line > lines || place.column < 1,
    );
    expect(lost).toEqual([]);
  }
}

const PIECES = [
  ...['- ', ': ', '? ', '&a ', '*a', '<<: *a', '!!str ', '!x ', '|\n', '>2\n', '{', '}', '[', ']'],
  ...[
    '"',
    "'",
    '#',
    '%',
    '\t',
    '\n',
    '\r\n',
    '\n  ',
    '\n    ',
    '---\n',
    '...\n',
    '\u0000',
    '\uFEFF',
  ],
  ...['${A}', '${', '${B:-', '}', '~', 'null', 'true', '0x1F', '-1', '1e309', '__proto__: 1\n'],
  ...[
    'sources:',
    'queries:',
    'reactions:',
    'routes:',
    'id: x\n',
    'kind: sse\n',
    'kind: postgres\n',
  ],
  ...[
    'instances:',
    'url: postgres://',
    'limits:',
    '{kind: Secret}',
    '{kind: EnvironmentVariable, name: A}',
  ],
];

/** A good file with pieces put in, taken out and doubled. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(SNAKE.length),
      remove: fc.nat(20),
      insert: fc.oneof(fc.constantFrom(...PIECES), fc.string({maxLength: 5})),
    }),
    {minLength: 1, maxLength: 8},
  )
  .map((changes) =>
    changes.reduce(
      (text, {at, remove, insert}) => text.slice(0, at) + insert + text.slice(at + remove),
      SNAKE,
    ),
  );

const pieces = fc.array(fc.constantFrom(...PIECES), {maxLength: 40}).map((all) => all.join(''));

const json = fc.jsonValue({maxDepth: 2, depthSize: 'xsmall'});

/** Any JSON, under the keys that the file knows. */
const structured = fc
  .record(
    {
      sources: json,
      queries: fc.array(fc.record({id: json, sources: json, joins: json})),
      reactions: fc.array(fc.record({kind: fc.constantFrom('sse', 'log'), routes: json})),
      instances: json,
      limits: json,
      stateStore: json,
    },
    {requiredKeys: []},
  )
  .map((value) => JSON.stringify(value));

test.each([
  ['a good file with mistakes put in', mutated],
  ['pieces of YAML', pieces],
  ['any JSON under known keys', structured],
  ['any text', fc.string({unit: 'binary', maxLength: 200})],
])('%s: read, or refused with problems that say where', (_name, texts) => {
  fc.assert(fc.property(texts, survives), {numRuns});
});
