import type {BenchService} from './service.ts';

/** What the state store of a service holds. */
export interface StoreFigures {
  readonly bytes: number;
  readonly journalBytes: number;
  /** The first and the last event that the log holds. */
  readonly first: number;
  readonly last: number;
}

/**
 * As the service tells it. No second process may open the file beside it: LMDB would let
 * it, and then readers of the service miss what it has just committed.
 */
export async function storeFigures(service: BenchService): Promise<StoreFigures> {
  const text = await service.text('/metrics');
  const figure = (name: string): number => {
    const found = new RegExp(`^tailrace_store_${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text);
    if (!found) throw new Error(`the service tells no tailrace_store_${name}`);
    return Number(found[1]);
  };
  return {
    bytes: figure('file_bytes'),
    journalBytes: figure('journal_bytes'),
    first: figure('log_oldest_sequence'),
    last: figure('log_newest_sequence'),
  };
}
