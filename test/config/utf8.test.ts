import {expect, test} from 'vitest';
import {loadConfig} from '../../src/config/load.ts';
import {utf8Text} from '../../src/config/utf8.ts';

const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding);

test.each<[name: string, content: Uint8Array, place: string, hint: string]>([
  ['Latin-1', bytes('id: a\npassword: "pä"', 'latin1'), '2:13', 'iconv -f LATIN1'],
  [
    'Latin-1 behind a sign of its own',
    bytes('a: "\u00ef\u00bf\u00bd\u00e4"', 'latin1'),
    '1:6',
    'LATIN1',
  ],
  ['UTF-16', bytes('\ufeffid: a', 'utf16le'), '1:1', 'iconv -f UTF-16LE'],
  ['no text', Buffer.from([0x61, 0x00, 0xff]), '1:3', 'it is no text'],
])(
  'a file of %s is refused at its first byte that is not UTF-8',
  async (_name, content, place, hint) => {
    const readFile = async (path: string) => {
      if (path === 'app.yaml') return content;
      throw Object.assign(new Error('none'), {code: 'ENOENT'});
    };
    const [line, column] = place.split(':').map(Number);
    await expect(loadConfig({path: 'app.yaml', readFile, env: {}})).rejects.toMatchObject({
      problems: [
        {code: 'config-not-utf8', place: {line, column}, hint: expect.stringContaining(hint)},
      ],
    });
  },
);

test('what is UTF-8 is read as it is, the sign for what is not included', () => {
  expect(utf8Text(bytes('a: "ä\ufffd"', 'utf8'), 'f')).toBe('a: "ä\ufffd"');
});
