import {expect, test} from 'vitest';
import {providerOf, replicationHint, walLevelHint} from '../../src/postgres/provider.ts';

test.each<[roles: string[], setting: string, replicate: string]>([
  [['rds_superuser'], 'rds.logical_replication', 'GRANT rds_replication TO "r"'],
  [['cloudsqlsuperuser'], 'cloudsql.logical_decoding', 'ALTER ROLE "r" REPLICATION'],
  [['azure_pg_admin'], 'server parameter wal_level', 'ALTER ROLE "r" REPLICATION'],
  [[], 'ALTER SYSTEM SET wal_level', 'ALTER ROLE "r" REPLICATION'],
  [['somebody'], 'ALTER SYSTEM SET wal_level', 'ALTER ROLE "r" REPLICATION'],
])('a server with the roles %j is mended by its own means', (roles, setting, replicate) => {
  const provider = providerOf(roles);
  expect(walLevelHint(provider)).toContain(setting);
  expect(replicationHint(provider, '"r"')).toContain(replicate);
});
