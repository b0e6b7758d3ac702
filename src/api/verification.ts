import {lsnText} from '../data/lsn.ts';
import type {SourceStatus} from '../source/source.ts';
import {type Verified, verifiedTogether} from '../source/verified.ts';

/** When and at which position something was compared with the database and was the same. */
export function verifiedBody(verified: Verified | undefined): Record<string, unknown> | null {
  if (!verified) return null;
  const {atMs, lsn, rows} = verified;
  return {at: new Date(atMs).toISOString(), lsn: lsnText(lsn), rows};
}

/** What the verifier says of a source: of all its tables, and of each. */
export function verificationBody({
  tables,
  verification,
}: Pick<SourceStatus, 'tables' | 'verification'>): Record<string, unknown> {
  if (!verification) return {verified: null, verification: null};
  const {running, comparisons, differences, found, givenUp} = verification;
  const told = (one: typeof found) =>
    one ? {at: new Date(one.atMs).toISOString(), problem: one.problem} : null;
  const each = Array.from(verification.tables, ([id, one]) => [id, verifiedBody(one)]);
  return {
    verified: verifiedBody(verifiedTogether(verification, tables)),
    verification: {
      ...{running, comparisons, differences, found: told(found), givenUp: told(givenUp)},
      tables: Object.fromEntries(each),
    },
  };
}
