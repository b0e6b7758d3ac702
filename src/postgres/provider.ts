/** Managed services on which statements of a superuser are not to be had. */
export type Provider = 'rds' | 'cloud-sql' | 'azure';

/** Roles that a service makes in every database of its own, and that tell which it is. */
const ROLES: Readonly<Record<string, Provider>> = {
  rds_superuser: 'rds',
  cloudsqlsuperuser: 'cloud-sql',
  azure_pg_admin: 'azure',
};

export const PROVIDER_ROLES = Object.keys(ROLES);

/** Which service a server is run by, by the roles it has; undefined: none that is known. */
export function providerOf(roles: readonly string[]): Provider | undefined {
  return roles.map((role) => ROLES[role]).find((one) => one !== undefined);
}

/** How wal_level is set. */
export function walLevelHint(provider: Provider | undefined): string {
  switch (provider) {
    case 'rds':
      return 'set rds.logical_replication = 1 in the parameter group, and reboot the instance';
    case 'cloud-sql':
      return 'set the flag cloudsql.logical_decoding = on, which restarts the instance';
    case 'azure':
      return 'set the server parameter wal_level = logical, and restart the server';
    default:
      return "ALTER SYSTEM SET wal_level = 'logical';\nthen restart Postgres";
  }
}

/** How a role, quoted, is let replicate. */
export function replicationHint(provider: Provider | undefined, role: string): string {
  return provider === 'rds'
    ? `GRANT rds_replication TO ${role};`
    : `ALTER ROLE ${role} REPLICATION;`;
}
