import {random} from '../../src/lib/random.ts';
import type {TestService} from '../support/service.ts';
import {until} from '../support/until.ts';
import {listOf, same} from './answers.ts';
import {type Asker, asker} from './asker.ts';
import {type Changing, changeQueries, changeRows, disturb} from './changer.ts';
import {crowd} from './crowd.ts';
import {type Follower, type FollowerOptions, follower} from './follower.ts';
import {listener} from './listener.ts';
import {odd} from './odd.ts';
import {
  byTag,
  historyFolds,
  pastByPages,
  presentByPages,
  presentIsPast,
  type Question,
} from './questions.ts';
import {type Restartable, restartable} from './restartable.ts';
import {expectSettled, expectWords, lastOf, wrongOf} from './settled.ts';
import {pause} from './stream.ts';
import {CHANGING, IDS, LIMITS, pick, STEADY} from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** A folder for the store, where the seed has one. */
  readonly path: string;
}

type Counts = Record<string, number>;

/**
 * Clients of every kind do what docs/api.md allows while rows and queries change; then all
 * becomes quiet, and what they hold has to be what there is. Throws at the first thing that is
 * not as it should be; answers what was met, and how often. The seed decides what is done, and
 * the machine in which order it happens.
 */
export async function run({seed, durationMs, path}: RunOptions): Promise<Counts> {
  const world = LIMITS[seed % LIMITS.length]!;
  const running = await restartable({limits: world.limits, path: world.store ? path : undefined});
  const chance = random(seed);
  const fork = (): (() => number) => random(Math.floor(chance() * 2 ** 31));
  const {service} = running;
  const followers = followersOf(service, {fork, keepsAll: world.keepsAll});
  const listeners = ['', '/in', '/of/1', '/of/2'].map((at) =>
    listener({path: at, url: () => service.addresses.streams[2]!, chance: fork()}),
  );
  const url = (): string => service.addresses.api;
  const askers = [1, 2, 3, 4].map(() => asker({url, chance: fork(), ids: IDS}));
  const stop = new AbortController();
  try {
    await until(() => listeners.every(({placed}) => placed));
    const begun = await lastOf(service);
    const common = {running, followers, askers, fork, seed, signal: stop.signal};
    const work = busy({...common, durationMs, crowded: world.crowd, store: world.store});
    for (const one of work) one.catch(() => {});
    await Promise.race([pause(durationMs), wronged(followers, stop.signal), ...work]);
    stop.abort();
    for (const one of [...followers, ...listeners]) one.calm();
    await Promise.all(work);
    await expectSettled(service, {followers, asker: askers[0]!});
    if (world.keepsAll) await expectWords(service, listeners, begun);
    running.expectNoErrors();
    return sumOf([...followers.map(({holding}) => holding), ...askers]);
  } finally {
    stop.abort();
    for (const one of [...followers, ...listeners]) one.stop();
    await running.close();
  }
}

interface Busy {
  readonly running: Restartable;
  readonly followers: readonly Follower[];
  readonly askers: readonly Asker[];
  readonly fork: () => () => number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly durationMs: number;
  readonly crowded: boolean;
  readonly store: boolean;
}

/** All that goes on until it is stopped. */
function busy({running, followers, askers, fork, seed, signal, ...more}: Busy): Promise<unknown>[] {
  const {service, whileThere} = running;
  const pauseMs = [2, 15, 60][seed % 3]!;
  const changing = (): Changing => ({chance: fork(), signal, whileThere, pauseMs});
  const url = (): string => `${service.addresses.api}/api/v1/events`;
  return [
    ...[1, 2].map(() => changeRows(service, changing())),
    ...[1, 2].map(() => changeQueries(service, CHANGING, changing())),
    disturb(service, changing()),
    ...askers.map((one) => asking(one, {signal, whileThere})),
    compare(followers, askers[0]!, changing()),
    ...(more.store ? [running.restarts(more.durationMs / 3, signal)] : []),
    ...(more.crowded ? [crowd({url, chance: fork(), signal})] : []),
  ];
}

/** Of all queries, some and one, by either door, near and far behind. */
function followersOf(
  service: TestService,
  {fork, keepsAll}: {fork: () => () => number; keepsAll: boolean},
): Follower[] {
  const api = (): string => `${service.addresses.api}/api/v1/events`;
  const some = (): string => service.addresses.streams[0]!;
  const beats = (): string => service.addresses.streams[1]!;
  const make = (name: string, {url = api, ...more}: Partial<FollowerOptions>): Follower => {
    const chance = fork();
    const coalesce = chance() < 0.7;
    return follower({
      ...{name, url, chance, coalesce, keepsAll, everything: false, queries: undefined},
      ...more,
    });
  };
  return [
    ...[1, 2, 3, 4].map((n) => make(`all ${n}`, {everything: true})),
    ...[1, 2].map((n) => make(`steady ${n}`, {queries: STEADY})),
    make('one', {queries: ['all']}),
    make('two', {queries: ['hidden', 'high']}),
    make('none', {queries: ['none']}),
    make('fat', {queries: ['fat', 'top']}),
    ...[1, 2].map((n) => make(`some ${n}`, {url: some})),
    ...[1, 2].map((n) => make(`beats ${n}`, {url: beats})),
    make('beats of texts', {url: beats, queries: ['texts']}),
  ];
}

const QUESTIONS: readonly Question[] = [
  presentIsPast,
  pastByPages,
  presentByPages,
  historyFolds,
  byTag,
];

async function asking(
  one: Asker,
  {signal, whileThere}: Pick<Changing, 'signal' | 'whileThere'>,
): Promise<void> {
  const {chance} = one;
  // Of large rows it asks less often.
  const small = IDS.filter((id) => id !== 'fat');
  while (!signal.aborted) {
    const id = chance() < 0.05 ? 'fat' : pick(chance, small);
    const question = pick(chance, QUESTIONS);
    await whileThere(() => (chance() < 0.2 ? odd(one) : question(one, id)));
  }
}

/** What followers hold at a moment is what REST answers for it. */
async function compare(
  followers: readonly Follower[],
  {ask}: Asker,
  {chance, signal, whileThere}: Changing,
): Promise<void> {
  const waiting: (() => Promise<void>)[] = [];
  for (const one of followers) {
    one.onWhole = () => {
      if (waiting.length > 3 || chance() > 0.03) return;
      const {place, rows} = one.holding;
      const held = [...rows].map(([id, texts]) => [id, new Map(texts)] as const);
      waiting.push(async () => {
        for (const [id, texts] of held) {
          const path = `/api/v1/queries/${id}/results?shape=keyed&at=${place}`;
          const answer = await ask(path);
          if (answer.status !== 200) continue;
          same(`${one.name} holds ${id} at ${place}`, texts, new Map(listOf(answer)));
        }
      });
    };
  }
  while (!signal.aborted) {
    const next = waiting.shift();
    if (next) await whileThere(next);
    else await pause(10);
  }
}

/** Ends when a client was told what does not follow on what it was told before. */
async function wronged(followers: readonly Follower[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted && wrongOf(followers) === undefined) await pause(20);
}

function sumOf(all: readonly {readonly counts: Counts}[]): Counts {
  const sums: Counts = {};
  for (const {counts} of all) {
    for (const [what, n] of Object.entries(counts)) sums[what] = (sums[what] ?? 0) + n;
  }
  return sums;
}
