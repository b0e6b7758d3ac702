import {expect, test} from 'vitest';
import {redacted} from '../../src/config/redacted.ts';
import {problemsIn, read, SNAKE} from '../support/config.ts';

const TOKEN = 'correct-horse-battery';
const withToken = (text: string): string => `api_token: ${text}\n${SNAKE}`;

test('a token is read in both spellings and from a variable; none is none', () => {
  expect(read(withToken(TOKEN)).config.apiToken).toBe(TOKEN);
  expect(read(`apiToken: ${TOKEN}\n${SNAKE}`).config.apiToken).toBe(TOKEN);
  const variable = ['$', '{API_TOKEN:-}'].join('');
  expect(read(withToken(variable), {env: {API_TOKEN: TOKEN}}).config.apiToken).toBe(TOKEN);
  expect(read(withToken(variable)).config.apiToken).toBe('');
  expect(read(SNAKE).config.apiToken).toBe('');
});

test.each(['short-secret', 'has a blank in the middle', 'ümlaut-not-for-a-header'])(
  'the token "%s" is refused, and the problem does not show it',
  (token) => {
    const [problem, ...more] = problemsIn(withToken(token));
    expect(more).toEqual([]);
    expect([problem?.code, problem?.place?.line]).toEqual(['invalid-value', 1]);
    expect(JSON.stringify(problem)).toContain('apiToken');
    expect(JSON.stringify(problem)).not.toContain(token);
  },
);

test('what may be shown of a configuration says that there is a token, and not which', () => {
  const shown = redacted(read(withToken(TOKEN)).config);
  expect(shown.apiToken).toBe('********');
  expect(JSON.stringify(shown)).not.toContain(TOKEN);
  expect(redacted(read(SNAKE).config).apiToken).toBe('');
});
