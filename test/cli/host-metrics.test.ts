import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {platform, tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {
  connections,
  type HostSample,
  hostMetrics,
  memoryPercent,
  networkBytes,
  sampleHost,
} from '../../src/cli/host-metrics.ts';

const NET_DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5000000    100    0    0    0     0          0         0  5000000    100    0    0    0     0       0          0
  eth0: 1000        10    0    0    0     0          0         0     200      2    0    0    0     0       0          0
eth1:7 1 0 0 0 0 0 0 3 1 0 0 0 0 0 0
`;
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000
`;

const sample = (changes: Partial<HostSample>): HostSample => ({
  atMs: 0,
  cpu: undefined,
  memoryPercent: undefined,
  diskPercent: undefined,
  network: undefined,
  connections: undefined,
  load: 0,
  ...changes,
});

test('memory that could be given up counts as free', () => {
  const meminfo = 'MemTotal:  1000 kB\nMemFree:  10 kB\nMemAvailable:  250 kB\n';
  expect(memoryPercent(meminfo)).toBe(75);
});

test('an old kernel without MemAvailable leaves memory out', () => {
  expect(memoryPercent('MemTotal:  1000 kB\nMemFree:  10 kB\n')).toBeUndefined();
});

test('all interfaces count but the loopback', () => {
  expect(networkBytes(NET_DEV)).toEqual({received: 1007, sent: 203});
});

test('only established connections count, of both families', () => {
  expect(connections([TCP, undefined])).toBe(2);
  expect(connections([TCP, TCP])).toBe(4);
  expect(connections([undefined, undefined])).toBeUndefined();
});

test('rates are over the time between two samples, in two decimals', () => {
  const before = sample({network: {received: 0, sent: 500}, cpu: {busyMs: 100, totalMs: 1000}});
  const after = sample({
    atMs: 2000,
    network: {received: 1_000_000, sent: 500},
    cpu: {busyMs: 200, totalMs: 1300},
    load: 0.3333,
  });
  expect(Object.fromEntries(hostMetrics(before, after))).toEqual({
    cpu_usage: 33.33,
    network_in: 4,
    network_out: 0,
    load_average: 0.33,
  });
});

test('a counter that began anew gives no rate, and no time no processor', () => {
  const before = sample({network: {received: 900, sent: 900}, cpu: {busyMs: 5, totalMs: 10}});
  const after = sample({
    atMs: 1000,
    network: {received: 1, sent: 901},
    cpu: {busyMs: 5, totalMs: 10},
  });
  expect([...hostMetrics(before, after).keys()]).toEqual(['network_out', 'load_average']);
});

test('a machine without /proc still has processor, disk and load', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-test-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  const places = {proc: join(folder, 'none'), folder};
  const first = await sampleHost(places, 0);
  expect(first).toMatchObject({
    memoryPercent: undefined,
    network: undefined,
    connections: undefined,
  });
  expect(first.diskPercent).toBeGreaterThan(0);
  expect(first.cpu?.totalMs).toBeGreaterThan(0);
});

test('what /proc says is read from the place that is named', async () => {
  const proc = await mkdtemp(join(tmpdir(), 'tailrace-test-'));
  onTestFinished(() => rm(proc, {recursive: true}));
  await mkdir(join(proc, 'net'));
  await writeFile(join(proc, 'net', 'dev'), NET_DEV);
  await writeFile(join(proc, 'net', 'tcp'), TCP);
  const read = await sampleHost({proc, folder: proc}, 0);
  expect(read).toMatchObject({network: {received: 1007}, connections: 2, memoryPercent: undefined});
});

test.runIf(platform() === 'linux')('on Linux each metric can be had', async () => {
  const places = {proc: '/proc', folder: tmpdir()};
  const before = await sampleHost(places, 0);
  // The processor's counters move every 10 ms; reading them takes some of that time itself.
  let after = before;
  while (after.cpu?.totalMs === before.cpu?.totalMs) after = await sampleHost(places, 1000);
  const metrics = hostMetrics(before, after);
  for (const name of ['cpu_usage', 'memory_usage', 'disk_usage']) {
    expect(metrics.get(name), name).toBeGreaterThanOrEqual(0);
    expect(metrics.get(name), name).toBeLessThanOrEqual(100);
  }
  for (const name of ['network_in', 'network_out', 'active_connections', 'load_average']) {
    expect(metrics.get(name), name).toBeGreaterThanOrEqual(0);
  }
});
