import type {SlotReading} from '../postgres/slot-reading.ts';

/** What the slot costs its server, and where that leads. */
export interface SlotStatus extends SlotReading {
  /** When it was read, milliseconds since 1970. */
  readonly atMs: number;
  /** Past so much the slot is given up by us; undefined: never. */
  readonly limitBytes: number | undefined;
  /** How fast the server writes log; undefined until it was read twice. */
  readonly walBytesPerSecond: number | undefined;
  /** How fast what is kept for the slot grows; 0 where it does not. */
  readonly growthBytesPerSecond: number | undefined;
  /** What ends the slot first if it goes on like this: the server's limit or ours. */
  readonly endsBy: 'server' | 'limit' | undefined;
  /** When that would be, from `atMs`; undefined while nothing grows or there is no limit. */
  readonly endsInMs: number | undefined;
}

export interface TimedReading {
  readonly atMs: number;
  readonly reading: SlotReading;
}

/** Tells from the readings of the last minutes, oldest first, what is to come. */
export function slotOutlook(
  readings: readonly [...TimedReading[], TimedReading],
  limitBytes: number | undefined,
): SlotStatus {
  const {atMs, reading} = readings[readings.length - 1]!;
  const first = readings[0]!;
  const seconds = (atMs - first.atMs) / 1000;
  const rate = (bytes: number): number | undefined =>
    seconds > 0 ? Math.max(0, bytes) / seconds : undefined;
  const growth = rate(reading.retainedBytes - first.reading.retainedBytes);
  const end = nearestEnd(reading, limitBytes);
  const ends = end !== undefined && growth !== undefined && growth > 0;
  return {
    ...reading,
    atMs,
    limitBytes,
    walBytesPerSecond: rate(Number(reading.logEnd - first.reading.logEnd)),
    growthBytesPerSecond: growth,
    endsBy: end?.by,
    endsInMs: ends ? Math.round((end.leftBytes / growth) * 1000) : undefined,
  };
}

function nearestEnd(
  {safeBytes, retainedBytes}: SlotReading,
  limitBytes: number | undefined,
): {readonly by: 'server' | 'limit'; readonly leftBytes: number} | undefined {
  const own = limitBytes === undefined ? undefined : Math.max(0, limitBytes - retainedBytes);
  const server = safeBytes === undefined ? undefined : Math.max(0, safeBytes);
  if (own !== undefined && own <= (server ?? own)) return {by: 'limit', leftBytes: own};
  return server === undefined ? undefined : {by: 'server', leftBytes: server};
}
