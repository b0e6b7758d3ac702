/**
 * Floats as Postgres prints them under extra_float_digits=3: the shortest digits that are
 * read back as the same float, with an exponent of two digits or more outside
 * 1e-4 … 1e15 (float8) or 1e-4 … 1e6 (float4).
 *
 * JavaScript also prints the shortest digits, but takes a decimal for the float when it
 * lies exactly between two floats and would be rounded to it (1e23); Postgres does not.
 */
export function float8Text(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e15) return String(value);
  if (value === 0 || !Number.isFinite(value)) return specialText(value);
  return arranged(size < 2 ** 53 ? value.toExponential() : strictlyShortest(value), 15);
}

/** `value` is a float4: `Math.fround` leaves it as it is. */
export function float4Text(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return specialText(value);
  // Decimals of up to six digits are told apart by every float4 that is not subnormal.
  let digits = Math.abs(value) < SMALLEST_NORMAL_FLOAT4 ? 0 : 5;
  for (; digits < 8; digits++) {
    const nearest = value.toExponential(digits);
    if (readsAs(nearest, value)) return arranged(evenOfTwo(nearest, value, digits), 6);
    const other = middleOfPower(value)?.toExponential(digits);
    if (other !== undefined && readsAs(other, value)) return arranged(other, 6);
  }
  return arranged(evenOfTwo(value.toExponential(8), value, 8), 6);
}

function readsAs(text: string, value: number): boolean {
  const decimal = Number(text);
  return Math.fround(decimal) === value && !betweenFloat4s(decimal, value);
}

/**
 * Below a power of two floats are twice as dense as above, so that the decimals that are
 * read as it lie around another middle. The one nearest to it may be among them where
 * the one nearest to the power is not.
 */
function middleOfPower(value: number): number | undefined {
  return Number.isInteger(Math.log2(Math.abs(value))) ? value * (1 + 2 ** -26) : undefined;
}

const SMALLEST_NORMAL_FLOAT4 = 2 ** -126;

function specialText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/**
 * JavaScript rounds up where two decimals are equally near, Postgres to the even digit:
 * 3417881.25 is 3.4178812e+6. `rounded` is the value at `digits` digits behind the point.
 */
function evenOfTwo(rounded: string, value: number, digits: number): string {
  // Only where one digit more is the exact value can that digit be the 5 in the middle.
  if (Number(value.toExponential(digits + 1)) !== value) return rounded;
  const [mantissa = '', exponent = ''] = value.toExponential(digits + 20).split('e');
  if (!mantissa.endsWith('50000000000000000000')) return rounded;
  const lower = mantissa.slice(0, -20).replace(/\.$/, '');
  return Number(lower.at(-1)) % 2 === 0 ? `${lower}e${exponent}` : rounded;
}

/** From 2^53 on, where a decimal of 17 digits can lie exactly between two float8s. */
function strictlyShortest(value: number): string {
  const shortest = value.toExponential();
  if (!betweenFloat8s(shortest, value)) return shortest;
  for (let digits = 1; digits < 16; digits++) {
    const text = value.toExponential(digits);
    if (Number(text) === value && !betweenFloat8s(text, value)) return text;
  }
  return value.toExponential(16);
}

/** Whether a decimal lies in the middle of `value` and the float8 next to it. */
function betweenFloat8s(text: string, value: number): boolean {
  const decimal = wholeNumber(text);
  const exact = BigInt(value);
  if (decimal === undefined || decimal === exact) return false;
  const mirrored = 2n * decimal - exact;
  return BigInt(Number(mirrored)) === mirrored;
}

/** The same for float4s, whose middles are float8s. */
function betweenFloat4s(decimal: number, value: number): boolean {
  const mirrored = decimal + (decimal - value);
  return decimal !== value && Math.fround(mirrored) === mirrored;
}

/** The number of `1.25e+3`; undefined where it has a fraction. */
function wholeNumber(text: string): bigint | undefined {
  const [mantissa = '', exponent] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const zeros = Number(exponent) - fraction.length;
  return zeros < 0 ? undefined : BigInt(`${whole}${fraction}${'0'.repeat(zeros)}`);
}

/** `-1.50e+2` as Postgres lays it out: `-150`; with an exponent from `digitsMax` digits on. */
function arranged(text: string, digitsMax: number): string {
  const sign = text.startsWith('-') ? '-' : '';
  const at = text.indexOf('e');
  const exponent = Number(text.slice(at + 1));
  const digits = text.slice(sign.length, at).replace('.', '').replace(/0+$/, '');
  if (exponent < -4 || exponent >= digitsMax) {
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const point = exponent + 1;
  if (digits.length <= point) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
