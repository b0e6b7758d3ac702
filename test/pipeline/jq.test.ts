import {afterAll, expect, test} from 'vitest';
import {jqThread} from '../../src/pipeline/jq.ts';

const jq = jqThread({timeoutMs: 20_000});
const impatient = jqThread({timeoutMs: 2000});
afterAll(() => Promise.all([jq.close(), impatient.close()]));

test('a program answers a text for each text', () => {
  expect(jq.run('{a: .b}', ['{"b":1}', '{"b":[12345678901234567890.10]}'])).toEqual({
    kind: 'answers',
    texts: ['{"a":1}', '{"a":[12345678901234567890.10]}'],
  });
});

test.each(['{a: }', 'nothing', '. | |', 'import "x" as x; .', '. as [$a] | $b'])(
  'what is no program is told: %s',
  (program) => {
    expect(jq.check(program)).toMatch(/syntax error|not defined|module not found/);
  },
);

test.each(['.', '.a.b', 'def f: .; f', 'error', '.[] # said', 'range(infinite)'])(
  'what is one is not run to be read: %s',
  (program) => {
    expect(jq.check(program)).toBeUndefined();
  },
);

test.each([
  ['a loop without end', 'last(repeat(.))'],
  ['answers without end', 'repeat(.)'],
  ['a list without end', '[repeat(.)]'],
  ['a recursion without end', 'def f: [f]; f'],
])('%s ends with its thread, and the next run is as ever', (_what, program) => {
  expect(impatient.run(program, ['1'])).toMatchObject({kind: 'failed'});
  expect(impatient.run('. + 1', ['1'])).toEqual({kind: 'answers', texts: ['2']});
});

test('a program that answers twice for a text has failed', () => {
  expect(jq.run('., .', ['1'])).toEqual({kind: 'failed', why: 'it answers 2 times'});
});

test('nothing of the process is seen', () => {
  const {HOME = ''} = process.env;
  const told = jq.run('[env, $ENV]', ['1']);
  expect(told.kind).toBe('answers');
  expect(JSON.stringify(told)).not.toContain(HOME === '' ? 'no home' : `"${HOME}"`);
});

test('a thread that is not there in time answers nothing, rather than what was not asked', async () => {
  const slow = jqThread({timeoutMs: 20_000, startMs: 0});
  expect(slow.check('{a: }')).toBe('jq has not started within 0 ms');
  expect(slow.run('.', ['1'])).toEqual({kind: 'failed', why: 'jq has not started within 0 ms'});
  await slow.close();
});
