import type pg from 'pg';
import type {Problem} from '../lib/problem.ts';
import {quoteIdent} from './identifiers.ts';
import {preflightProblems} from './problems-preflight.ts';
import {PROVIDER_ROLES, providerOf, replicationHint, walLevelHint} from './provider.ts';

interface ServerFacts {
  readonly version_number: number;
  readonly version: string;
  readonly standby: boolean;
  readonly wal_level: string;
  readonly role: string;
  readonly may_replicate: boolean;
  readonly slots_max: number;
  readonly slots: number;
  readonly slots_inactive: readonly string[];
  readonly senders_max: number;
  readonly senders: number;
  readonly provider_roles: readonly string[];
}

// Managed services give replication by membership in a role of their own.
const FACTS = `
  SELECT current_setting('server_version_num')::int AS version_number,
    current_setting('server_version') AS version, pg_is_in_recovery() AS standby,
    current_setting('wal_level') AS wal_level, current_user AS role,
    EXISTS (SELECT FROM pg_roles r WHERE (r.rolname = current_user
        AND (r.rolreplication OR r.rolsuper))
      OR (r.rolname IN ('rds_replication', 'rds_superuser', 'azure_pg_admin')
        AND pg_has_role(r.oid, 'MEMBER'))) AS may_replicate,
    current_setting('max_replication_slots')::int AS slots_max,
    (SELECT count(*)::int FROM pg_replication_slots) AS slots,
    ARRAY(SELECT slot_name::text FROM pg_replication_slots WHERE NOT active ORDER BY 1 LIMIT 10)
      AS slots_inactive,
    current_setting('max_wal_senders')::int AS senders_max,
    (SELECT count(*)::int FROM pg_stat_replication) AS senders,
    ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1)) AS provider_roles`;

/**
 * Whether the server and the role can replicate logically: every problem at once, each
 * with the statement that mends it. `slots` and `senders`: how many more the source needs.
 */
export async function checkServer(
  client: pg.Client,
  needs: {readonly slots: number; readonly senders: number},
): Promise<{problems: readonly Problem[]; role: string; version: number}> {
  const {rows} = await client.query<ServerFacts>(FACTS, [PROVIDER_ROLES]);
  const facts = rows[0];
  if (!facts) throw new Error('a SELECT without FROM answers one row');
  return {problems: problemsOf(facts, needs), role: facts.role, version: facts.version_number};
}

function problemsOf(
  facts: ServerFacts,
  needs: {readonly slots: number; readonly senders: number},
): Problem[] {
  const problems: Problem[] = [];
  const provider = providerOf(facts.provider_roles);
  if (facts.version_number < 140_000) {
    problems.push(preflightProblems['server-too-old']({version: facts.version}));
  }
  if (facts.standby) problems.push(preflightProblems['server-is-standby']({}));
  if (facts.wal_level !== 'logical') {
    problems.push(
      preflightProblems['wal-level-low']({
        level: facts.wal_level,
        hint: walLevelHint(provider),
      }),
    );
  }
  if (!facts.may_replicate) {
    problems.push(
      preflightProblems['role-not-replication']({
        role: quoteIdent(facts.role),
        hint: replicationHint(provider, quoteIdent(facts.role)),
      }),
    );
  }
  if (facts.slots + needs.slots > facts.slots_max) {
    problems.push(
      preflightProblems['no-slot-left']({max: facts.slots_max, inactive: facts.slots_inactive}),
    );
  }
  if (facts.senders + needs.senders > facts.senders_max) {
    problems.push(preflightProblems['no-wal-sender-left']({max: facts.senders_max}));
  }
  return problems;
}
