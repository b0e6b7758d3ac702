import {readFile} from 'node:fs/promises';
import type {Socket} from 'node:net';

/** Bytes that the system holds for a socket's peer, which has not acknowledged them. */
export type Unacknowledged = (socket: Socket) => number | undefined;

/** Tables of the connections of this process's network, of IPv4 and of IPv6. */
const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/**
 * Looks at what the system holds for all connections: as of the moment of the call, which
 * costs one reading of a table however many there are. A peer that is gone without a word
 * acknowledges nothing, and the system itself gives it a quarter of an hour.
 *
 * Linux tells; elsewhere nothing is known of any.
 */
export async function unacknowledged(): Promise<Unacknowledged> {
  const texts = await Promise.all(TABLES.map((path) => readFile(path, 'utf8').catch(() => '')));
  const held = new Map<string, number>();
  for (const text of texts) {
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
      const bytes = Number.parseInt(queues.split(':')[0] ?? '', 16);
      if (bytes > 0) held.set(pairOf(local, remote), bytes);
    }
  }
  return ({localPort, remotePort, remoteAddress}) => {
    if (texts.every((text) => text === '') || remoteAddress === undefined) return undefined;
    return held.get(`${localPort} ${remotePort} ${groupsOf(remoteAddress)}`) ?? 0;
  };
}

function pairOf(local: string, remote: string): string {
  const [, localPort = ''] = local.split(':');
  const [address = '', remotePort = ''] = remote.split(':');
  return `${Number.parseInt(localPort, 16)} ${Number.parseInt(remotePort, 16)} ${plainHex(address)}`;
}

const MAPPED = '00000000000000000000ffff';

/** The kernel writes words of four bytes as its processor has them: the last byte first. */
function plainHex(words: string): string {
  const bytes = words.replace(/(..)(..)(..)(..)/g, '$4$3$2$1').toLowerCase();
  return bytes.length === 8 ? MAPPED + bytes : bytes;
}

/** An address as 32 digits; of IPv4 as it is mapped into IPv6. */
function groupsOf(address: string): string {
  const [plain = ''] = address.split('%');
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  if (dotted)
    return (
      MAPPED +
      dotted
        .slice(1)
        .map((part) => hex(Number(part), 2))
        .join('')
    );
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({length: 8 - before.length - after.length}, () => '0');
  const all = tail === undefined ? before : [...before, ...zeros, ...after];
  return all.map((group) => hex(Number.parseInt(group, 16), 4)).join('');
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
