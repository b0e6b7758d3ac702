import {crc32} from 'node:zlib';
import type {Lsn} from '../../src/data/lsn.ts';
import type {Transaction} from '../../src/data/transaction.ts';
import type {StreamHandlers} from '../../src/postgres/replication-stream.ts';
import type {Source, StoredSource} from '../../src/source/source.ts';
import type {AheadDisk} from '../../src/store/ahead-disk.ts';
import type {Manifest} from '../../src/store/checkpoint.ts';
import type {JournalEntry} from '../../src/store/journal.ts';
import type {Store, StoredQuery} from '../../src/store/store.ts';
import type {StoreFile} from '../../src/store/store-file.ts';

/** A way to get the protocol wrong, put around the parts that have it right. */
export interface Mutant {
  /** Half a transaction of the file stays when the process dies in it. */
  readonly halfWrites?: boolean;
  readonly file?: (file: StoreFile) => StoreFile;
  readonly ahead?: (disk: AheadDisk) => AheadDisk;
  readonly store?: (store: Store) => Store;
  /** What the source is restored from. */
  readonly stored?: (stored: StoredSource) => StoredSource;
  /** What the sink hears of acknowledgements. */
  readonly acknowledge?: (source: Source, lsn: Lsn) => void;
  /** Called with each transaction that the engine is handed. */
  readonly handed?: (source: Source, transaction: Transaction) => void;
  /** What was committed before this is taken to be known. */
  readonly from?: (from: Lsn) => Lsn;
  readonly handlers?: (handlers: StreamHandlers, source: Source) => StreamHandlers;
}

/** The protocol as it is. */
export const RIGHT: Mutant = {};

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'a transaction is acknowledged before its commit': {
    handed: (source, {kind, lsn}) => {
      if (kind === 'stream') source.acknowledge(lsn);
    },
  },
  'nothing is ever acknowledged': {acknowledge: () => {}},
  'acknowledged one byte too far': {
    acknowledge: (source, lsn) => source.acknowledge(lsn + 1n),
  },
  'with "interval", acknowledged before it is written': {
    store: (store) => ({
      ...store,
      log: store.log,
      commit(steps, durable) {
        store.commit(steps, () => {});
        durable();
      },
    }),
  },
  'a keepalive is acknowledged while something is open': {
    handlers: (handlers, source) => ({
      ...handlers,
      keepalive(walEnd) {
        handlers.keepalive(walEnd);
        const {receivedLsn} = source.status();
        if (receivedLsn !== undefined && receivedLsn < walEnd) source.acknowledge(receivedLsn);
        confirmed(source, walEnd);
      },
    }),
  },
  'transactions that are sent again are not left out': {from: () => 0n},
  'the first transaction after a start is left out': {from: (from) => from + 25n},
  'the position is not read back': {stored: (stored) => ({...stored, lsn: 0n})},
  'the rows of tables are not read back': {
    stored: (stored) => ({...stored, rows: new Map()}),
  },
  'the sequence is not read back': {
    store: (store) => ({
      ...store,
      log: {...store.log, last: 0, trimmed: 0, read: store.log.read, watch: store.log.watch},
    }),
  },
  'what clients were told is not read back': {
    store: withQueries((query) => ({...query, rows: new Map()})),
  },
  'what time functions remember is not read back': {
    store: withQueries((query) => ({...query, memory: new Map()})),
  },
  'events are written without the position': {
    file: withJournal((entry) => ({...entry, sources: {}})),
  },
  'events are written without the rows of the tables': {
    file: withJournal((entry) => ({...entry, changes: []})),
  },
  'the position is written without the events': {
    file: (file) => ({
      ...file,
      events: {...file.events, put: () => 0},
      segments: {...file.segments, put: () => 0},
    }),
  },
  'a step is written in more than one transaction': {halfWrites: true},
  'the write-ahead file is not read back': {
    ahead: (disk) => ({...disk, read: (name) => disk.read(name)?.fill(0)}),
  },
  'a step is told before the write-ahead file has it': {ahead: late},
  'a record that was written in part counts': {ahead: credulous},
  'a checkpoint forgets what was written while it was made': {file: forgetful},
  'a checkpoint has the sequence of its end': {file: withSequenceOfEnd},
  'with "interval", an epoch goes on after a crash': {
    file: (file) => ({
      ...file,
      facts: {
        get: (name) => (name === 'clean' ? 'yes' : file.facts.get(name)),
        put: (name, text) => file.facts.put(name, text),
      },
    }),
  },
  'a first snapshot is acknowledged before it is whole': {store: hasty('resync')},
  'what follows a first snapshot is acknowledged before that is whole': {store: hasty('stream')},
  'a first snapshot does not say that it is not whole': {
    file: withFact((name, text) => name !== 'whole' || text === 'yes'),
  },
  'a first snapshot is called whole with its first page': {file: wholeTooEarly},
  'an epoch goes on after a crash in a first snapshot': sameEpoch(),
};

/** As `acknowledge`, without the care that it takes. */
function confirmed(source: Source, lsn: Lsn): void {
  const line = (source as {line?: {confirm(lsn: Lsn): void}}).line;
  line?.confirm(lsn);
}

function withQueries(change: (query: StoredQuery) => StoredQuery): (store: Store) => Store {
  return (store) => ({
    ...store,
    log: store.log,
    queries: new Map(Array.from(store.queries, ([id, query]) => [id, change(query)])),
  });
}

function withJournal(change: (entry: JournalEntry) => JournalEntry) {
  return (file: StoreFile): StoreFile => ({
    ...file,
    journal: {
      ...file.journal,
      put: (key, text) =>
        file.journal.put(key, JSON.stringify(change(JSON.parse(String(text)) as JournalEntry))),
    },
  });
}

/** What is written gets to the disk with the next write only. */
function late(disk: AheadDisk): AheadDisk {
  return {
    ...disk,
    create(name, bytes) {
      const file = disk.create(name, bytes);
      let kept: {bytes: Buffer; at: number} | undefined;
      return {
        ...file,
        write(own, at) {
          if (kept) file.write(kept.bytes, kept.at);
          kept = {bytes: Buffer.from(own), at};
        },
      };
    },
  };
}

/** Makes the checksum of every record that has a head fit what is there. */
function credulous(disk: AheadDisk): AheadDisk {
  return {
    ...disk,
    read(name) {
      const file = disk.read(name);
      for (let at = 0; file && at + 64 <= file.length; at += 64) {
        const end = at + 20 + file.readUInt32LE(at + 4);
        if (file.readDoubleLE(at + 8) < 1 || end > file.length) continue;
        file.writeUInt32LE(crc32(file.subarray(at + 4, end)), at);
      }
      return file;
    },
  };
}

function withCheckpoint(file: StoreFile, change: (manifest: Manifest) => Manifest): StoreFile {
  return {
    ...file,
    facts: {
      get: file.facts.get,
      put(name, text) {
        const own = name === 'checkpoint' ? change(JSON.parse(text) as Manifest) : undefined;
        file.facts.put(name, own ? JSON.stringify(own) : text);
      },
    },
  };
}

function forgetful(file: StoreFile): StoreFile {
  return withCheckpoint(file, (manifest) => {
    const numbers = [...file.journal.keys()] as number[];
    return {...manifest, journal: Math.max(manifest.journal, ...numbers.map((one) => one + 1))};
  });
}

function withSequenceOfEnd(file: StoreFile): StoreFile {
  return withCheckpoint(file, (manifest) => {
    const ends = Array.from(file.segments.keys(), (key) => {
      return (JSON.parse(file.segments.get(key)!) as [number])[0];
    });
    return {...manifest, sequence: Math.max(manifest.sequence, ...ends)};
  });
}

/** Calls steps of a kind durable that the store does not call so yet. */
function hasty(kind: Transaction['kind']): (store: Store) => Store {
  return (store) => ({
    ...store,
    log: store.log,
    commit(steps, durable) {
      const hurries = steps.some(({transaction}) => transaction?.kind === kind);
      store.commit(steps, hurries ? () => {} : durable);
      if (hurries) durable();
    },
  });
}

/** Leaves out facts that do not pass. */
function withFact(passes: (name: string, text: string) => boolean) {
  return (file: StoreFile): StoreFile => ({
    ...file,
    facts: {
      get: file.facts.get,
      put(name, text) {
        if (passes(name, text)) file.facts.put(name, text);
      },
    },
  });
}

function wholeTooEarly(file: StoreFile): StoreFile {
  return {
    ...file,
    pages: {
      ...file.pages,
      put(key, text) {
        file.facts.put('whole', 'yes');
        return file.pages.put(key, text);
      },
    },
  };
}

/** A store that begins anew takes the epoch of what it throws away. */
function sameEpoch(): Mutant {
  let epoch: string | undefined;
  return {
    file(file) {
      const {facts} = file;
      epoch = facts.get('whole') === 'no' ? facts.get('epoch') : undefined;
      const put = (name: string, text: string): void =>
        facts.put(name, name === 'epoch' && epoch !== undefined ? epoch : text);
      return {...file, facts: {get: facts.get, put}};
    },
    store(store) {
      if (epoch === undefined) return store;
      return {...store, log: Object.create(store.log, {epoch: {value: epoch}}) as Store['log']};
    },
  };
}
