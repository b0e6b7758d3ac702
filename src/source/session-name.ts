/**
 * What one life of a service calls its replication session, for all to see in
 * `pg_stat_activity`. No two lives share one, and the store keeps the last: so a service that
 * starts again knows the connection that its predecessor left from everybody else's. It opens
 * nothing, so it need not be hard to guess.
 */
export function sessionName(base: string, random: () => number): string {
  const mark = [random(), random()].map(hex).join('');
  return `${shown(base).slice(0, NAME_MAX - mark.length - 1)} ${mark}`;
}

/** Postgres cuts a longer name off. */
const NAME_MAX = 63;

/** Postgres shows other characters as something else, how depends on its version. */
const shown = (base: string): string => base.replace(/[^ -~]/g, '?');

const hex = (chance: number): string =>
  Math.floor(chance * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
