import type {Store} from '../../src/store/store.ts';
import type {StoreFile} from '../../src/store/store-file.ts';
import type {Disk} from './memory-file.ts';

/** What one transaction of the file says of the store. */
interface Said {
  whole?: boolean;
  position?: boolean;
  events?: boolean;
}

/**
 * What of the disk counts. A first snapshot is served before it is written: until then what the
 * file has of it, and of steps after it, is worth nothing, and says so.
 */
export class Stored {
  readonly #disk: Disk;
  #whole = true;
  #position = false;
  #events = false;
  /** Epochs of first snapshots that a crash took back. */
  readonly #lost = new Set<string>();
  /** First snapshots that were begun, and how many of them were written to their end. */
  begun = 0;
  ended = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Whether what stands there counts. */
  get whole(): boolean {
    return this.#whole;
  }

  get lsn(): bigint {
    return this.#whole && this.#position ? this.#disk.lsn : 0n;
  }

  /** The last event. It may be told before the snapshot that it is of counts. */
  get sequence(): number {
    return this.#events ? this.#disk.sequence : 0;
  }

  /** First snapshots that were lost. */
  get lost(): number {
    return this.#lost.size;
  }

  /** Whether a crash took back all that was told in an epoch. */
  isLost(epoch: string): boolean {
    return this.#lost.has(epoch);
  }

  /** The file as a store is opened in it; the look at it is closer to the disk than any mutant. */
  watch(file: StoreFile): StoreFile {
    this.#whole = file.facts.get('whole') !== 'no';
    if (!this.#whole) this.#lost.add(file.facts.get('epoch')!);
    let said: Said = {};
    const {facts, journal, segments} = file;
    return {
      ...file,
      get unsettled() {
        return file.unsettled;
      },
      facts: {
        get: facts.get,
        put(name, text) {
          if (name === 'whole') said.whole = text === 'yes';
          facts.put(name, text);
        },
      },
      journal: {
        ...journal,
        put(key, text) {
          if (!/"sources":\{\}/.test(String(text))) said.position = true;
          return journal.put(key, text);
        },
      },
      segments: {
        ...segments,
        put(key, text) {
          said.events = true;
          return segments.put(key, text);
        },
      },
      write: (act) => {
        said = {};
        file.write(act);
        this.#heard(said);
      },
    };
  }

  #heard({whole = this.#whole, position = false, events = false}: Said): void {
    if (this.#whole && !whole) this.begun += 1;
    if (!this.#whole && whole && this.#position) this.ended += 1;
    this.#whole = whole;
    this.#position ||= position;
    this.#events ||= events;
  }

  /** What a store that was opened found: of one that begins anew nothing counts. */
  opened({sources, log}: Store): void {
    this.#position = sources.size > 0;
    this.#events = log.last > 0;
  }
}
