import {expect, test} from 'vitest';
import {survive} from './kill.ts';

const KILLS = 12;

test(`the process is killed ${KILLS} times under load, and every client has each change once`, async () => {
  const {events, commits, resumes, failpoints} = await survive({kills: KILLS, seed: 1});
  expect(events).toBeGreaterThan(KILLS);
  expect(commits).toBeGreaterThan(KILLS);
  expect(resumes).toBeGreaterThan(KILLS);
  expect(Object.keys(failpoints).length).toBeGreaterThan(0);
}, 180_000);
