import {expect, test} from 'vitest';
import {openLog} from '../../src/cli/log.ts';

function logged(options: {pretty: boolean}) {
  let text = '';
  const stream = {
    write: (line: string) => {
      text += line;
    },
  };
  const log = openLog({level: 'info', colors: false, ...options, stream});
  return {log, text: () => text};
}

test('a line is an object with its level by name, its facts, and its message', () => {
  const {log, text} = logged({pretty: false});
  log.warn('the slot is behind', {slot: 'a', bytes: 7});
  expect(JSON.parse(text())).toMatchObject({
    level: 'warn',
    msg: 'the slot is behind',
    slot: 'a',
    bytes: 7,
  });
});

test('what is below the level is not written', () => {
  const {log, text} = logged({pretty: false});
  log.debug('quiet');
  expect(text()).toBe('');
});

test('a secret that got into the facts is not written, three levels down', () => {
  const {log, text} = logged({pretty: false});
  log.info('connects', {
    password: 'hush',
    source: {password: 'hush', host: 'db'},
    config: {source: {password: 'hush'}},
  });
  expect(text()).not.toContain('hush');
  expect(text()).toContain('"host":"db"');
});
