import fc from 'fast-check';
import {expect, test} from 'vitest';
import {frameText} from '../../src/http/frame.ts';

test.each([
  ['an id alone', {id: 'e1-0'}, 'id: e1-0\n\n'],
  ['a named event', {event: 'bye', data: '{}'}, 'event: bye\ndata: {}\n\n'],
  ['several lines', {data: 'a\r\nb\rc\n'}, 'data: a\ndata: b\ndata: c\ndata: \n\n'],
  ['a time to come back', {retryMs: 1500.4}, 'retry: 1500\n\n'],
  ['an id with breaks', {id: 'a\r\nb\0c'}, 'id: abc\n\n'],
])('%s', (_name, frame, text) => {
  expect(frameText(frame)).toBe(text);
});

test('whatever the parts hold, a reader finds one event with that data', () => {
  const text = fc.string({unit: fc.constantFrom('a', ':', ' ', '\n', '\r', '\0', 'data: ', 'é')});
  fc.assert(
    fc.property(text, text, text, (id, event, data) => {
      const frame = frameText({id, event, data});
      expect(frame.match(/\n\n/g)).toHaveLength(1);
      expect(frame.endsWith('\n\n')).toBe(true);
      const lines = frame.trimEnd().split('\n');
      const names = new Set(frame.split('\n').map((line) => line.slice(0, line.indexOf(':'))));
      expect(lines.length).toBeGreaterThan(1);
      expect([...names].sort()).toEqual(['', 'data', 'event', 'id']);
      const read = frame
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice(6));
      expect(read.join('\n')).toBe(data.replace(/\r\n|\r/g, '\n'));
    }),
  );
});
