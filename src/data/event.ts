/** A row of a diff on its way out. `before` and `after` are JSON texts of objects. */
export interface EventRow {
  readonly key: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * What one query's result did in one transaction, as clients are told it. Rows are JSON
 * text already: each is written once, however many clients read it.
 */
export interface Event {
  /** Counts 1, 2, 3 … over all events of a store's life. */
  readonly sequence: number;
  readonly queryId: string;
  readonly added: readonly EventRow[];
  readonly updated: readonly EventRow[];
  readonly deleted: readonly EventRow[];
  readonly transaction: EventTransaction;
  /** It stands for several events of its query: their net diff. */
  readonly coalesced?: {
    /** The sequences, first and last, of the stretch of the log that it tells of. */
    readonly from: number;
    readonly to: number;
  };
}

export interface EventTransaction {
  readonly kind: 'stream' | 'resync' | 'timer';
  /** Whose it is: positions of two sources have no order. */
  readonly source: string;
  /** As Postgres prints it: `0/1A2B3C8`. */
  readonly lsn: string;
  readonly xid: number | undefined;
  /** Microseconds since 1970. */
  readonly commitTime: number;
  /** This event is the `part`th (from 1) of `parts` that the transaction caused. */
  readonly part: number;
  readonly parts: number;
}

/** The SSE id: `epoch-sequence`. */
export const eventId = (epoch: string, sequence: number): string => `${epoch}-${sequence}`;

/** Reads an SSE id; undefined where the text is none. */
export function parseEventId(text: string): {epoch: string; sequence: number} | undefined {
  const match = /^([0-9a-z]{1,32})-(0|[1-9]\d{0,15})$/.exec(text);
  const sequence = Number(match?.[2]);
  if (!match?.[1] || !Number.isSafeInteger(sequence)) return undefined;
  return {epoch: match[1], sequence};
}

/**
 * The SSE id within a net diff in several events: everything up to `from` was seen, and of
 * the net diff of `from` to `to` the events up to `sent`.
 */
export function stretchId(
  epoch: string,
  {from, sent, to}: {readonly from: number; readonly sent: number; readonly to: number},
): string {
  return `${epoch}-${from}-${sent}-${to}`;
}

/** Reads such an id; undefined where the text is none. */
export function parseStretchId(
  text: string,
): {epoch: string; from: number; sent: number; to: number} | undefined {
  const [epoch, ...numbers] = text.split('-');
  const places = numbers.map((number) => parseEventId(`${epoch}-${number}`)?.sequence);
  const [from, sent, to, ...more] = places;
  if (epoch === undefined || from === undefined || sent === undefined) return undefined;
  if (to === undefined || more.length > 0 || from > sent || sent > to) return undefined;
  return {epoch, from, sent, to};
}

/** The SSE id of a `reset`: it names no place, and whoever comes back with it is reset again. */
export const resetId = (epoch: string, reason: string): string => `${epoch}-${reason}`;

/** The event as the one line of JSON that goes out over SSE and to webhooks. */
export function eventJson(event: Event): string {
  const {transaction, coalesced} = event;
  return [
    `{"queryId":${JSON.stringify(event.queryId)}`,
    `"added":${rowsJson(event.added)}`,
    `"updated":${rowsJson(event.updated)}`,
    `"deleted":${rowsJson(event.deleted)}`,
    `"sequence":${event.sequence}`,
    ...(coalesced ? [`"coalesced":true,"from":${coalesced.from},"to":${coalesced.to}`] : []),
    `"timestamp":${Math.floor(transaction.commitTime / 1000)}`,
    `"transaction":${JSON.stringify(transaction)}}`,
  ].join(',');
}

function rowsJson(rows: readonly EventRow[]): string {
  return `[${rows.map(rowJson).join(',')}]`;
}

function rowJson({key, before, after}: EventRow): string {
  return [
    `{"key":${JSON.stringify(key)}`,
    ...(before === undefined ? [] : [`"before":${before}`]),
    ...(after === undefined ? [] : [`"after":${after}`]),
  ]
    .join(',')
    .concat('}');
}
