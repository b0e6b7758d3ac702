/** MD5 of bytes, in hex (RFC 1321): Postgres's md5(). Plans know no `node:crypto`. */
export function md5(bytes: Uint8Array): string {
  const words = padded(bytes);
  const sums: [number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < words.length; at += 16) addBlock(sums, words.subarray(at, at + 16));
  return sums.map(littleEndianHex).join('');
}

/** A one bit, zeros, and the length in bits, as words of 32 bits with the low byte first. */
function padded(bytes: Uint8Array): Uint32Array {
  const blocks = Math.floor((bytes.length + 8) / 64) + 1;
  const view = new DataView(new ArrayBuffer(blocks * 64));
  bytes.forEach((byte, i) => {
    view.setUint8(i, byte);
  });
  view.setUint8(bytes.length, 0x80);
  view.setUint32(blocks * 64 - 8, (bytes.length << 3) >>> 0, true);
  view.setUint32(blocks * 64 - 4, Math.floor(bytes.length / 0x20000000), true);
  return Uint32Array.from({length: blocks * 16}, (_, i) => view.getUint32(i * 4, true));
}

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

const sine = (i: number): number => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0;

function addBlock(sums: [number, number, number, number], block: Uint32Array): void {
  let [a, b, c, d] = sums;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const [mixed, word] = step(round, i, [b, c, d]);
    const sum = (a + mixed + sine(i) + (block[word] ?? 0)) | 0;
    const shift = SHIFTS[round]?.[i & 3] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  sums[0] = (sums[0] + a) | 0;
  sums[1] = (sums[1] + b) | 0;
  sums[2] = (sums[2] + c) | 0;
  sums[3] = (sums[3] + d) | 0;
}

/** What a round mixes, and which word of the block it takes. */
function step(
  round: number,
  i: number,
  [b, c, d]: readonly [number, number, number],
): [number, number] {
  switch (round) {
    case 0:
      return [(b & c) | (~b & d), i];
    case 1:
      return [(d & b) | (~d & c), (5 * i + 1) & 15];
    case 2:
      return [b ^ c ^ d, (3 * i + 5) & 15];
    default:
      return [c ^ (b | ~d), (7 * i) & 15];
  }
}

const littleEndianHex = (word: number): string =>
  [0, 8, 16, 24].map((by) => ((word >>> by) & 0xff).toString(16).padStart(2, '0')).join('');
