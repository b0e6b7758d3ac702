import {expect, test} from 'vitest';
import {weather} from './network.ts';

const FAULTS = 20;

test(`the network fails ${FAULTS} times on both sides, and every client has each change once`, async () => {
  const came = await weather({faults: FAULTS, kills: 3, seed: 2});
  expect(Object.keys(came.faults).length).toBeGreaterThan(8);
  expect(came.kills + came.postgresCrashes).toBeGreaterThan(0);
  expect(came.commits).toBeGreaterThan(FAULTS);
  expect(came.events).toBeGreaterThan(came.commits);
  expect(came.streams).toBeGreaterThan(FAULTS);
  expect(came.connections).toBeGreaterThan(FAULTS / 2);
}, 120_000);
