/** Microseconds from 1970 to 2000, where Postgres counts from. */
const POSTGRES_EPOCH = 946_684_800_000_000;

/** Microseconds since 1970 of a time that Postgres counts from 2000. */
export const postgresMicros = (sinceEpoch: number): number => sinceEpoch + POSTGRES_EPOCH;
