import {parseLsn} from '../../src/data/lsn.ts';
import type {JournalEntry} from '../../src/store/journal.ts';
import type {LmdbFile, RecordKey, Records} from '../../src/store/lmdb-file.ts';
import type {Life} from './mortal.ts';

/** A disk with the file of a store: a transaction of it is there whole, or not at all. */
export interface Disk {
  /** The file as a process sees it that lives `life`. */
  file(life: Life): LmdbFile;
  /** What the last transaction left: the source's position, and the last event. */
  readonly lsn: bigint;
  readonly sequence: number;
  readonly checkpoints: number;
}

const NAMES = ['facts', 'journal', 'events', 'segments', 'pages'] as const;
type Name = (typeof NAMES)[number];

interface Put {
  readonly name: Name;
  readonly key: string;
  readonly text: string | undefined;
  readonly was: string | undefined;
}

/** A disk in memory; one that is not `atomic` takes nothing of half a transaction back. */
export function memoryDisk({atomic}: {atomic: boolean}): Disk {
  const maps = new Map(NAMES.map((name) => [name, new Map<string, string>()]));
  const content = (name: Name): Map<string, string> => maps.get(name)!;
  let puts: Put[] = [];
  let lsn = 0n;
  let sequence = 0;
  let checkpoints = 0;

  function change(name: Name, key: string, text: string | undefined): void {
    puts.push({name, key, text, was: content(name).get(key)});
    set(content(name), key, text);
  }

  function rollBack(): void {
    for (const {name, key, was} of puts.toReversed()) set(content(name), key, was);
    puts = [];
  }

  function commit(): void {
    for (const {name, key, text} of puts) {
      if (text === undefined) continue;
      if (name === 'journal') lsn = positionIn(text) ?? lsn;
      if (name === 'segments') sequence = (JSON.parse(text) as [number])[0];
      if (name === 'facts' && key === 'checkpoint') checkpoints += 1;
    }
    puts = [];
  }

  function records(name: Name, life: Life): Records {
    const textOf = (key: RecordKey): string => JSON.stringify(key);
    return {
      get: (key) => content(name).get(textOf(key)),
      keys: () => Array.from(content(name).keys(), (key): RecordKey => JSON.parse(key)).sort(order),
      put(key, content) {
        const text = typeof content === 'string' ? content : Buffer.from(content).toString();
        life.call(`put ${name}`, () => change(name, textOf(key), text));
        return text.length;
      },
      remove: (key) => life.call(`remove ${name}`, () => change(name, textOf(key), undefined)),
    };
  }

  return {
    file: (life) => ({
      facts: {
        get: (name) => content('facts').get(name),
        put: (name, text) => life.call(`put ${name}`, () => change('facts', name, text)),
      },
      journal: records('journal', life),
      events: records('events', life),
      segments: records('segments', life),
      pages: records('pages', life),
      write(act) {
        puts = [];
        try {
          act();
          life.call('commit', commit);
        } catch (error) {
          // After the commit there is nothing left to be taken back.
          if (atomic) rollBack();
          throw error;
        }
      },
      bytes: 0,
      close: async () => {},
    }),
    get lsn() {
      return lsn;
    },
    get sequence() {
      return sequence;
    },
    get checkpoints() {
      return checkpoints;
    },
  };
}

function set(map: Map<string, string>, key: string, text: string | undefined): void {
  if (text === undefined) map.delete(key);
  else map.set(key, text);
}

function order(a: RecordKey, b: RecordKey): number {
  const [[first, second], [third, fourth]] = [both(a), both(b)];
  return first - third || second - fourth;
}

const both = (key: RecordKey): readonly [number, number] =>
  typeof key === 'number' ? [key, -1] : key;

function positionIn(text: string): bigint | undefined {
  const [state] = Object.values((JSON.parse(text) as JournalEntry).sources);
  return state && parseLsn(state.lsn);
}
