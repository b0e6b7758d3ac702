import {lmdbFile} from '../../src/store/lmdb-file.ts';

export interface StoreFigures {
  readonly bytes: number;
  readonly journalBytes: number;
  /** The first and the last event that are on disk. */
  readonly first: number;
  readonly last: number;
  /** Checkpoints: which number the newest page has. */
  readonly generation: number;
}

/** What a store that a service has open holds, read from beside. */
export async function storeFigures(path: string): Promise<StoreFigures> {
  const file = lmdbFile(path);
  try {
    const segments = [...file.segments.keys()] as number[];
    const [last = 0] = JSON.parse(file.segments.get(segments.at(-1)!) ?? '[]') as number[];
    let journalBytes = 0;
    for (const entry of file.journal.keys()) journalBytes += file.journal.get(entry)?.length ?? 0;
    const generations = Array.from(file.pages.keys(), (key) => (key as [number, number])[0]);
    const generation = Math.max(0, ...generations);
    return {bytes: file.bytes, journalBytes, first: segments[0] ?? 0, last, generation};
  } finally {
    await file.close();
  }
}
