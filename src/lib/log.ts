/** Facts beside a line of the log. Secrets never stand in them. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Where the service writes its diary.
 * error: data are wrong or the service is down. warn: unexpected, and survived.
 * info: a change of state that an operator would write down. debug: the rest.
 */
export interface Log {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
}

/** A log that nobody reads. */
export const silentLog: Log = {error() {}, warn() {}, info() {}, debug() {}};
