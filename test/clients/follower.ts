import {Holding, type HoldingOptions} from './holding.ts';
import {openStream, pause, type Stream} from './stream.ts';

export interface FollowerOptions extends HoldingOptions {
  /** Where its stream is at the moment. */
  readonly url: () => string;
  readonly chance: () => number;
}

/** A client of a stream that stalls, leaves in the midst of events and comes back. */
export interface Follower {
  readonly name: string;
  readonly holding: Holding;
  /** Called when it holds the whole of what a transaction did. */
  onWhole: (() => void) | undefined;
  /** From now on it reads without a break. */
  calm(): void;
  stop(): void;
}

/** Statuses of a stream that cannot be at the moment: of no query, too large. */
const NO_STREAM = [404, 422];

export function follower(options: FollowerOptions): Follower {
  const {chance, queries, coalesce, name, url} = options;
  const holding = new Holding(options);
  let ended = false;
  let calm = false;
  let stream: Stream | undefined;

  /** What it asks for: from where it is, or from the beginning. */
  function asked(): {parameters: URLSearchParams; headers: Record<string, string>} {
    const parameters = new URLSearchParams();
    const headers: Record<string, string> = {};
    if (queries) parameters.set('queries', queries.join(','));
    if (!coalesce) parameters.set('coalesce', 'false');
    if (!calm && holding.lastId !== undefined && chance() < 0.04) {
      holding.lastId = damaged(holding.lastId, chance);
      holding.badId = true;
      holding.count('damaged');
      holding.forget();
    }
    // Browsers keep the id of a reset; one that keeps none asks anew.
    if (holding.lost && chance() < 0.5) holding.lastId = undefined;
    if (holding.lost) holding.forget();
    const id = holding.lastId;
    if (id === undefined) parameters.set('snapshot', 'true');
    else if (chance() < 0.5) headers['Last-Event-ID'] = id;
    else parameters.set(chance() < 0.5 ? 'lastEventId' : 'last_event_id', id);
    return {parameters, headers};
  }

  async function visit(): Promise<void> {
    const {parameters, headers} = asked();
    holding.note(`connects: ${parameters} ${JSON.stringify(headers)}`);
    holding.count('connect');
    stream = await openStream(`${url()}?${parameters}`, headers);
    if (stream.status !== 200) {
      holding.count(`status ${stream.status}`);
      if (!NO_STREAM.includes(stream.status)) holding.fail(`status ${stream.status}`);
      return stream.close();
    }
    const stays = calm || chance() < 0.3;
    const stalls = chance() < 0.3;
    const leaveAfterBytes = stays ? Number.POSITIVE_INFINITY : chance() ** 4 * 100_000;
    const stallMs = (): number => (stalls && !calm && chance() < 0.1 ? chance() * 800 : 0);
    for await (const frame of stream.frames({leaveAfterBytes, stallMs})) {
      holding.take(frame);
      if (ended || holding.wrong !== undefined) return;
      if (holding.whole && endsTransaction(frame.data)) self.onWhole?.();
    }
  }

  async function live(): Promise<void> {
    while (!ended && holding.wrong === undefined) {
      await visit().catch((error: NodeJS.ErrnoException) => {
        if (error.code === undefined) holding.fail(String(error.stack));
        holding.count(`error ${error.code}`);
      });
      await pause(5 + (calm ? 0 : chance() ** 3 * 2000));
    }
  }

  const self: Follower = {
    name,
    holding,
    onWhole: undefined,
    calm() {
      calm = true;
    },
    stop() {
      ended = true;
      stream?.close();
    },
  };
  void live();
  return self;
}

/** An id that somebody made of one of ours: none of them names a place. */
function damaged(id: string, chance: () => number): string {
  const [epoch = '', first = ''] = id.split('-');
  const ways = [
    `zzzz-${first}`,
    `${epoch}-${Number(first) + 1_000_000}`,
    epoch,
    `${id}-`,
    `${id}x`,
    `${epoch}--1`,
    `${epoch}-5-3-4`,
    `${epoch}-1-2`,
    `${epoch}-00${first}`,
    '%00',
  ];
  return ways[Math.floor(chance() * ways.length)]!;
}

function endsTransaction(data: string | undefined): boolean {
  const [, part, parts] = /"part":(\d+),"parts":(\d+)/.exec(data?.slice(-60) ?? '') ?? [];
  return part !== undefined && part === parts;
}
