import {readFile, statfs} from 'node:fs/promises';
import {cpus, loadavg} from 'node:os';
import {join} from 'node:path';

/** Counters of this machine at one moment. What the machine does not tell is undefined. */
export interface HostSample {
  readonly atMs: number;
  /** Milliseconds of all processors together, since the machine started. */
  readonly cpu: {readonly busyMs: number; readonly totalMs: number} | undefined;
  readonly memoryPercent: number | undefined;
  readonly diskPercent: number | undefined;
  /** Bytes since the machine started, over all interfaces but the loopback. */
  readonly network: {readonly received: number; readonly sent: number} | undefined;
  readonly connections: number | undefined;
  readonly load: number;
}

/** Where to look. Another `proc` makes another machine. */
export interface HostPlaces {
  readonly proc: string;
  /** The disk that is measured is the one that holds this folder. */
  readonly folder: string;
}

/**
 * Reads this machine. Off Linux there is no /proc, so memory, network and connections stay
 * away: what Node offers for memory on macOS counts caches as used, and would be wrong.
 */
export async function sampleHost({proc, folder}: HostPlaces, atMs: number): Promise<HostSample> {
  const [memory, network, ...sockets] = await Promise.all([
    textOf(join(proc, 'meminfo')),
    textOf(join(proc, 'net/dev')),
    textOf(join(proc, 'net/tcp')),
    textOf(join(proc, 'net/tcp6')),
  ]);
  return {
    atMs,
    cpu: cpuTimes(),
    memoryPercent: memory === undefined ? undefined : memoryPercent(memory),
    diskPercent: await diskPercent(folder),
    network: network === undefined ? undefined : networkBytes(network),
    connections: connections(sockets),
    load: loadavg()[0] ?? 0,
  };
}

/** The metrics between two samples, by the names of the table; only those that can be had. */
export function hostMetrics(before: HostSample, after: HostSample): ReadonlyMap<string, number> {
  const seconds = (after.atMs - before.atMs) / 1000;
  // A counter that went back began anew: the machine woke up, or an interface was replaced.
  const mbps = (from: number, to: number) =>
    seconds > 0 && to >= from ? ((to - from) * 8) / 1e6 / seconds : undefined;
  const both = before.network && after.network && {from: before.network, to: after.network};
  const metrics: [string, number | undefined][] = [
    ['cpu_usage', cpuPercent(before.cpu, after.cpu)],
    ['memory_usage', after.memoryPercent],
    ['disk_usage', after.diskPercent],
    ['network_in', both && mbps(both.from.received, both.to.received)],
    ['network_out', both && mbps(both.from.sent, both.to.sent)],
    ['active_connections', after.connections],
    ['load_average', after.load],
  ];
  return new Map(
    metrics.flatMap(([name, value]) => (value === undefined ? [] : [[name, hundredths(value)]])),
  );
}

/** The table keeps two decimals. */
const hundredths = (value: number): number => Math.round(value * 100) / 100;

function cpuTimes(): HostSample['cpu'] {
  // A sandbox may hide the processors.
  const processors = cpus();
  if (processors.length === 0) return undefined;
  let totalMs = 0;
  let idleMs = 0;
  for (const {times} of processors) {
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq;
    idleMs += times.idle;
  }
  return {busyMs: totalMs - idleMs, totalMs};
}

function cpuPercent(before: HostSample['cpu'], after: HostSample['cpu']): number | undefined {
  if (!before || !after || after.totalMs <= before.totalMs) return undefined;
  const share = (after.busyMs - before.busyMs) / (after.totalMs - before.totalMs);
  return Math.min(100, Math.max(0, share * 100));
}

/** What programs could not have without others giving it up. */
export function memoryPercent(meminfo: string): number | undefined {
  const kilobytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1]);
  const share = 1 - kilobytes('MemAvailable') / kilobytes('MemTotal');
  return Number.isFinite(share) ? share * 100 : undefined;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_net.5.html: the first column is received, the ninth sent. */
export function networkBytes(dev: string): {received: number; sent: number} {
  let [received, sent] = [0, 0];
  for (const line of dev.split('\n')) {
    const [, name, figures] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || figures === undefined || name === 'lo') continue;
    const columns = figures.split(/\s+/).map(Number);
    received += columns[0] ?? 0;
    sent += columns[8] ?? 0;
  }
  return {received, sent};
}

/** Established TCP connections, of every process: state 01 in the fourth column. */
export function connections(tables: readonly (string | undefined)[]): number | undefined {
  const known = tables.filter((table) => table !== undefined);
  if (known.length === 0) return undefined;
  const lines = known.flatMap((table) => table.split('\n').slice(1));
  return lines.filter((line) => line.trim().split(/\s+/)[3] === '01').length;
}

/** As `df` has it: what root has reserved is neither used nor free. */
async function diskPercent(folder: string): Promise<number | undefined> {
  const {blocks, bfree, bavail} = await statfs(folder);
  const used = blocks - bfree;
  return used + bavail > 0 ? (used / (used + bavail)) * 100 : undefined;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    // No such place (macOS, no IPv6), or hidden from us.
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}
