import {expect, test} from 'vitest';
import {progress} from '../../src/source/progress.ts';

test('it is settled when everything that was given is acknowledged', () => {
  const held = progress();
  expect(held.settled).toBe(true);
  held.give(10n, 1);
  held.give(20n, 2);
  held.receive(30n);
  expect([held.settled, held.oldestCommit]).toEqual([false, 1]);
  held.acknowledge(10n);
  expect([held.settled, held.oldestCommit]).toEqual([false, 2]);
  held.acknowledge(20n);
  expect([held.settled, held.oldestCommit, held.received]).toEqual([true, undefined, 30n]);
});

test('positions only go forward', () => {
  const held = progress();
  held.give(20n, 1);
  held.receive(10n);
  held.acknowledge(20n);
  held.acknowledge(5n);
  held.hear(3n);
  expect([held.received, held.acknowledged, held.server]).toEqual([20n, 20n, 20n]);
});

test('what was not received cannot be acknowledged, nor a position of another log', () => {
  const held = progress();
  held.acknowledge(10n);
  expect(held.acknowledged).toBeUndefined();
  held.give(100n, 1);
  held.acknowledge(100n);
  held.restart(50n);
  held.acknowledge(100n);
  expect([held.received, held.acknowledged, held.server]).toEqual([50n, undefined, 50n]);
});

test('a long run of acknowledged commits is not remembered', () => {
  const held = progress();
  for (let lsn = 1n; lsn <= 10_000n; lsn++) {
    held.give(lsn, Number(lsn));
    if (lsn > 5n) held.acknowledge(lsn - 5n);
  }
  expect(held.oldestCommit).toBe(9_996);
});
