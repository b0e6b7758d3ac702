/**
 * The dashboard's own modules, imported as the browser does. They are typed by JSDoc, which
 * `dashboard-types.test.ts` checks; here they are taken by address, since the project's
 * compiler does not read JavaScript.
 */
export interface Message {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface Held {
  readonly row: Readonly<Record<string, unknown>>;
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly changes: number;
}

/** Of a diff's row; one that is a word of the page itself has a `text` and no more. */
export interface LogEntry {
  readonly id: string;
  readonly atMs: number;
  readonly kind: string;
  readonly label: readonly (string | null)[];
  readonly lsn: string;
  readonly unlisted: number;
  readonly changes: readonly {field: string; before?: string | null; after?: string | null}[];
  readonly text?: string;
}

export interface State {
  readonly link: {
    readonly kind: string;
    readonly sinceMs: number;
    readonly farewell?: string;
    readonly tries?: number;
  };
  readonly results: ReadonlyMap<string, {rows: ReadonlyMap<string, Held>; sequence: number}>;
  readonly tops: ReadonlyMap<string, {rows: ReadonlyMap<string, Held>; more: boolean}>;
  readonly position: number | undefined;
  readonly gap: {expected: number; got: number} | undefined;
  readonly disagreement: {queryId: string; read: boolean} | undefined;
  readonly log: readonly LogEntry[];
  readonly notice: {readonly atMs: number; readonly text: string} | undefined;
  readonly readings: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  readonly transactions: number;
}

export interface StateModule {
  initialState(atMs: number): State;
  fold(state: State, message: Message): State;
}

export interface ExactModule {
  parseExact(text: string): unknown;
  cellText(cell: unknown): string;
  numberOf(cell: unknown): number | undefined;
}

export interface ChecksumModule {
  crc32(text: string): number;
  // biome-ignore lint/suspicious/noExplicitAny: it is handed what a message holds
  withSums(message: any, text: string): any;
}

export interface LogModule {
  rowLabel(row: Readonly<Record<string, unknown>>, key: string): readonly (string | null)[];
  changesOf(before: object | undefined, after: object | undefined): LogEntry['changes'];
  isTime(change: LogEntry['changes'][number]): boolean;
}

export interface FormatModule {
  numberText(cell: unknown): string;
  differenceText(before: unknown, after: unknown): string;
  agoText(agoMs: number): string;
  bytesText(bytes: number): string;
  timeOf(cell: unknown): number | undefined;
  shortened(text: string): string;
}

/** A source, as far as the page reads it. */
export interface Source {
  readonly id: string;
  readonly kind?: string;
  readonly [fact: string]: unknown;
}

interface Saying {
  readonly text: string;
  readonly tone?: string;
  readonly title?: string;
}

type Flow = {readonly kind: string; readonly sinceMs?: number};

export interface HealthModule {
  flowOf(state: {link: object; sources: readonly Source[] | undefined}): Flow;
  flowText(flow: Flow): string;
  inDanger(slot: object): boolean;
  slotSaying(slot: object): Saying;
  verifiedSaying(source: Source, nowMs: number): Saying | undefined;
  queriesText(queries: readonly {id: string; status: string}[]): string;
  linkSaying(link: object, address: string): {title: string; text: string};
  problemsOf(source: Source): readonly {code: string}[];
  resultNote(query: {id: string; [fact: string]: unknown}): {text: string} | undefined;
}

export interface LevelsModule {
  levelOf(
    row: Readonly<Record<string, unknown>>,
    critical: ReadonlySet<unknown> | undefined,
  ): string;
}

const load = <T>(name: string): Promise<T> =>
  import(new URL(`../../public/${name}`, import.meta.url).href) as Promise<T>;

export const stateModule = (): Promise<StateModule> => load('state.js');
export const exactModule = (): Promise<ExactModule> => load('exact.js');
export const checksumModule = (): Promise<ChecksumModule> => load('checksum.js');
export const logModule = (): Promise<LogModule> => load('log.js');
export const formatModule = (): Promise<FormatModule> => load('format.js');
export const healthModule = (): Promise<HealthModule> => load('health.js');
export const levelsModule = (): Promise<LevelsModule> => load('levels.js');
