import fc from 'fast-check';
import {expect, test} from 'vitest';
import {repeatedValues} from '../../src/postgres/repeated-values.ts';
import {byteReader} from '../../src/postgres/values.ts';

const text = byteReader({kind: 'text'});

test('whatever came before, a value is what its bytes say', () => {
  const read = repeatedValues(text);
  const word = fc.oneof(
    fc.string({unit: 'grapheme', maxLength: 3}),
    fc.string({unit: fc.constantFrom('a', 'b'), maxLength: 30}),
  );
  fc.assert(
    fc.property(fc.array(word, {maxLength: 300}), (words) => {
      for (const one of words) {
        const bytes = Buffer.from(`..${one}.`);
        expect(read(bytes, 2, bytes.length - 1)).toBe(one);
      }
    }),
  );
});

test('equal bytes are one value, as long as others come again too', () => {
  const read = repeatedValues(byteReader({kind: 'numeric'}));
  const of = (digits: string): unknown => read(Buffer.from(digits), 0, digits.length);
  const first = of('12.50');
  for (let i = 0; i < 5000; i++) of(String(i % 50));
  expect(of('12.50')).toBe(first);
  expect(of('12.5')).not.toBe(first);
});

test('a column whose values are all different is soon read without a look', () => {
  let looks = 0;
  const read = repeatedValues((bytes, start, end) => text(bytes, start, end));
  const seen = new Proxy(Buffer.from('0123456789'), {
    get(bytes, name) {
      if (name === '0') looks += 1;
      const found: unknown = Reflect.get(bytes, name);
      return typeof found === 'function' ? found.bind(bytes) : found;
    },
  });
  for (let i = 0; i < 3000; i++) read(Buffer.from(`value ${i}`), 0, `value ${i}`.length);
  read(seen, 0, 10);
  expect(looks).toBe(0);
});
