import {rowTexts} from './row-texts.ts';
import {openStream, pause, type Stream} from './stream.ts';

/** A client of a stream in words: it keeps what it was told up to the last id that it has. */
export interface Listener {
  readonly path: string;
  readonly told: readonly string[];
  readonly wrong: string | undefined;
  /** Whether it has a place, and so misses nothing from now on. */
  readonly placed: boolean;
  calm(): void;
  stop(): void;
}

export interface ListenerOptions {
  readonly path: string;
  /** Where the reaction's own stream is. */
  readonly url: () => string;
  readonly chance: () => number;
}

export function listener({path, url, chance}: ListenerOptions): Listener {
  const told: string[] = [];
  let lastId: string | undefined;
  let wrong: string | undefined;
  let ended = false;
  let calm = false;
  let stream: Stream | undefined;

  async function visit(): Promise<void> {
    let pending: string[] = [];
    const headers: Record<string, string> = lastId === undefined ? {} : {'Last-Event-ID': lastId};
    stream = await openStream(`${url()}${path}?coalesce=false`, headers);
    const stays = calm || chance() < 0.3;
    const leaveAfterBytes = stays ? Number.POSITIVE_INFINITY : chance() ** 2 * 5_000;
    for await (const {id, event, data} of stream.frames({leaveAfterBytes, stallMs: () => 0})) {
      if (event === 'reset') wrong ??= `${path}: reset ${data}`;
      if (event === 'message' && data !== undefined) pending.push(data);
      if (id === undefined) continue;
      told.push(...pending);
      pending = [];
      lastId = id;
      if (ended) return;
    }
  }

  async function live(): Promise<void> {
    while (!ended) {
      // The service may be away for a while; then it comes back, as browsers do.
      await visit().catch(() => {});
      await pause(5 + (calm ? 0 : chance() ** 3 * 1000));
    }
  }
  void live();
  return {
    path,
    told,
    get wrong() {
      return wrong;
    },
    get placed() {
      return lastId !== undefined;
    },
    calm() {
      calm = true;
    },
    stop() {
      ended = true;
      stream?.close();
    },
  };
}

/**
 * What the reaction `worded` (`world.ts`) says of an event on each of its paths, in order,
 * as its templates have it. `text` is the event's JSON.
 */
export function wordsOf(text: string): [path: string, words: string][] {
  const {queryId} = JSON.parse(text);
  if (queryId !== 'all') return [['', text]];
  const lists = rowTexts(text, ['added', 'updated', 'deleted']);
  const rows = (name: string) => lists.get(name) ?? [];
  const id = (row = ''): string => JSON.parse(row).id;
  // Numbers have all their digits, and null is nothing.
  const val = (row = ''): string => /"val":([^,]*),/.exec(row)![1]!.replace('null', '');
  return [
    ...rows('added').map(({after}): [string, string] => ['/in', `A${id(after)}`]),
    ...rows('updated').map(({before, after}): [string, string] => [
      `/of/${JSON.parse(after!).grp}`,
      `U${id(after)} ${val(before)} ${val(after)}`,
    ]),
    ...rows('deleted').map(({before}): [string, string] => ['', `D${id(before)}`]),
  ];
}
