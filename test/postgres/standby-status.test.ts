import {expect, test} from 'vitest';
import {standbyStatus} from '../../src/postgres/standby-status.ts';

test('a status message is laid out as the protocol says, to the byte', () => {
  const message = standbyStatus({
    received: 0x0000_0001_0203_0405n,
    durable: 0x0000_0001_0203_0000n,
    nowMs: Date.UTC(2000, 0, 1, 0, 0, 1),
    replyRequested: true,
  });
  expect(message.toString('hex')).toBe(
    [
      '72',
      '0000000102030405',
      '0000000102030000',
      '0000000102030000',
      '00000000000f4240',
      '01',
    ].join(''),
  );
});

test('the end of a commit is confirmed as it is, and not one byte further', () => {
  const durable = 0xffff_ffffn;
  const message = standbyStatus({received: durable, durable, nowMs: 0, replyRequested: false});
  expect(message.readBigUInt64BE(9)).toBe(durable);
  expect(message.readUInt8(33)).toBe(0);
});
