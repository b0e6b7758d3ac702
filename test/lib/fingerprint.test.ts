import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fingerprint} from '../../src/lib/fingerprint.ts';

test('texts nearly alike have different fingerprints', () => {
  const texts = Array.from({length: 200_000}, (_, i) => `[${i},"sensor ${i % 7}"]`);
  expect(new Set(texts.map(fingerprint)).size).toBe(texts.length);
});

test('order and length count', () => {
  const texts = ['', 'a', 'aa', 'ab', 'ba', '\u0000', '\u0000\u0000', '\u0100a', 'a\u0100'];
  expect(new Set(texts.map(fingerprint)).size).toBe(texts.length);
});

test('a fingerprint is a short plain text, and the same each time', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary'}), (text) => {
      expect(fingerprint(text)).toMatch(/^[0-9a-z]{1,11}$/);
      expect(fingerprint(text)).toBe(fingerprint(text));
    }),
  );
});

test('fingerprints are kept over versions: what is stored is found again', () => {
  expect(['', 'tailrace'].map(fingerprint)).toEqual(['9bw0ap9qwr', '213gypql6gf']);
});
