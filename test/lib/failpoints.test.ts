import {expect, test} from 'vitest';
import {failpointOf} from '../../src/lib/failpoints.ts';

test('a failpoint acts at the moment that was asked for, and at no other', () => {
  let deaths = 0;
  const failpoint = failpointOf('after-store-write:2', () => {
    deaths += 1;
  })!;
  failpoint('after-store-write');
  failpoint('before-store-write');
  expect(deaths).toBe(0);
  failpoint('after-store-write');
  expect(deaths).toBe(1);
});

test.each([undefined, '', 'elsewhere:1'])('%j asks for none', (setting) => {
  expect(failpointOf(setting, () => {})).toBeUndefined();
});
