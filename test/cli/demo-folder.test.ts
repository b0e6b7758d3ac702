import {expect, test} from 'vitest';
import {demoFolder, forDemo, shellWord} from '../../src/cli/demo-folder.ts';
import {cliProblems} from '../../src/cli/problems.ts';

test("the demo's folder is the project's own, or the one that TAILRACE_DATA names", () => {
  expect(demoFolder({env: {}, root: '/project'})).toBe('/project/.tailrace');
  expect(demoFolder({env: {TAILRACE_DATA: '/data/a'}, root: '/project'})).toBe('/data/a');
});

test.each([
  ['/data/second', '/data/second'],
  ['~/demo', '~/demo'],
  ['my demo', "'my demo'"],
  ["it's", "'it'\\''s'"],
  ['a;b', "'a;b'"],
  ['', "''"],
])('a shell takes the folder %s as one word: %s', (folder, word) => {
  expect(shellWord(folder)).toBe(word);
});

test('a command names the folder of the demo where that is not the usual one', () => {
  expect(forDemo(undefined, 'npm start')).toBe('npm start');
  expect(forDemo('/my data', 'npm start')).toBe("TAILRACE_DATA='/my data' npm start");
});

test('each hint that starts a demo, or removes its data, is of the folder that it is about', () => {
  const data = '/my data';
  const folder = '/my data';
  const hints = [
    cliProblems['postgres-stopped']({logFile: '/l', data}),
    cliProblems['demo-port-taken']({ports: [8080], fix: 'PORT=8090', data}),
    cliProblems['demo-running']({pid: 7, folder}),
    cliProblems['demo-data-foreign']({folder, reason: 'Another version.'}),
  ].map(({hint}) => hint);
  expect(hints).toEqual([
    "start again: TAILRACE_DATA='/my data' npm start\nits log is /l",
    "use another one: TAILRACE_DATA='/my data' PORT=8090 npm start",
    "stop it: kill 7\nor start a second one: TAILRACE_DATA='/my data-2' PORT=8090 SSE_PORT=8091 npm start",
    "remove them, to begin anew: rm -rf '/my data'",
  ]);
});
