/**
 * A position in Postgres's write-ahead log: an unsigned 64-bit byte offset. Compare
 * positions as numbers, never as text: Postgres prints them unpadded, some tools padded.
 */
export type Lsn = bigint;

/** The text that Postgres prints: two hexadecimal halves, `0/1A2B3C8`. */
export function lsnText(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase();
}

/** Reads `0/1A2B3C8`; undefined where the text is no position. */
export function parseLsn(text: string): Lsn | undefined {
  const match = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(text);
  return match ? (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`) : undefined;
}
