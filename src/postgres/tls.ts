import {readFile} from 'node:fs/promises';
import type {ConnectionOptions} from 'node:tls';
import {postgresProblems} from './problems.ts';

/** libpq's names, with libpq's meaning. */
export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** What `pg` takes: no TLS, or TLS with these options. */
export type TlsOptions = false | ConnectionOptions;

/**
 * The ways to connect that a mode allows, best first: `prefer` alone has two. `require`
 * with a CA file checks the certificate's chain, as libpq does; without one it encrypts
 * and trusts anybody.
 */
export async function tlsAttempts({
  sslMode,
  sslCa,
}: {
  sslMode: SslMode;
  sslCa: string | undefined;
}): Promise<readonly TlsOptions[]> {
  if (sslMode === 'disable') return [false];
  const unchecked = {rejectUnauthorized: false};
  if (sslMode === 'prefer') return [unchecked, false];
  if (sslMode === 'require' && sslCa === undefined) return [unchecked];
  const checked = {
    rejectUnauthorized: true,
    ...(sslCa !== undefined && {ca: await readCertificates(sslCa)}),
  };
  if (sslMode === 'verify-full') return [checked];
  return [{...checked, checkServerIdentity: () => undefined}];
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw postgresProblems['tls-ca-unreadable']({file}, {cause});
  }
}
