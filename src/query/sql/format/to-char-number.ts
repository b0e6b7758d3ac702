import {Decimal} from '../../../data/decimal.ts';
import {type Integer, multiplyIntegers, negateInteger, powerOfTen} from '../../../data/integer.ts';
import {fitting, roundedTo, roundedToEven} from '../numbers.ts';
import {type NumberFormat, readNumberFormat} from './number-format.ts';
import {type Figures, numberText} from './number-text.ts';

/** to_char of integers and numerics. A format without figures of its own gives its texts. */
export function decimalToChar(value: Decimal, text: string): string {
  const format = readNumberFormat(text);
  if (format.flags.has('roman')) {
    const whole = value.finite ? roundedTo(value, 0).digits : 0x80000000;
    return romanText(Number(fitting(whole, 'int4')), format);
  }
  if (format.flags.has('exponent')) return exponentText(value, format);
  if (!value.finite) return numberText(format, specialFigures(value.digits as number));
  const shifted = new Decimal(
    multiplyIntegers(value.digits, powerOfTen(format.shift)),
    value.scale,
  );
  return numberText(format, figuresOf(roundedTo(shifted, format.behind)));
}

export const bigintToChar = (value: Integer, text: string): string =>
  decimalToChar(new Decimal(value, 0), text);

/** As above, but for EEEE, where Postgres takes a float. */
export function integerToChar(value: number, text: string): string {
  const format = readNumberFormat(text);
  if (!format.flags.has('exponent')) return bigintToChar(value, text);
  return floatExponent(value, format.behind);
}

/** Floats have no more figures than are certain: 15, or 6 of a float4. */
export function floatToChar(value: number, text: string, digitsMax: number): string {
  const format = readNumberFormat(text);
  if (format.flags.has('roman')) return romanText(roundedToEven(value), format);
  if (!Number.isFinite(value)) {
    return format.flags.has('exponent')
      ? ` ${'#'.repeat(1)}.${'#'.repeat(format.behind + 4)}`
      : numberText(format, specialFigures(value));
  }
  if (format.flags.has('exponent')) return floatExponent(value, format.behind);
  const shifted = value * 10 ** format.shift;
  const whole = fixed(Math.abs(shifted), 0).length;
  const behind = Math.max(Math.min(format.behind, digitsMax - whole), 0);
  const figures = fixed(Math.abs(shifted), behind);
  const negative = shifted < 0 || Object.is(shifted, -0);
  return numberText({...format, behind}, {text: figures, negative});
}

function figuresOf(value: Decimal): Figures {
  const negative = value.digits < 0;
  const unsigned = negative ? new Decimal(negateInteger(value.digits), value.scale) : value;
  return {text: unsigned.toString(), negative};
}

const specialFigures = (value: number): Figures => ({
  text: Number.isNaN(value) ? 'NaN' : 'Infinity',
  negative: value < 0,
});

/** C's `%.nf`: the nearest, and of two as near the even one, which JavaScript does not do. */
function fixed(value: number, digits: number): string {
  const exact = value.toFixed(Math.min(digits + 40, 100));
  const tail = exact.slice(exact.indexOf('.') + 1 + digits);
  const up = value.toFixed(digits);
  if (!/^50*$/.test(tail)) return up;
  const cut = exact.slice(0, exact.length - tail.length).replace(/\.$/, '');
  return /[02468]$/.test(cut) ? cut : up;
}

/** C's `%.ne`, which rounds to even, too. */
function floatExponent(value: number, behind: number): string {
  const exact = value.toExponential(100);
  const [figures = '', power = ''] = exact.split('e');
  const cut = figures.slice(0, figures.indexOf('.') + 1 + behind).replace(/\.$/, '');
  const tie = /^50*$/.test(figures.slice(figures.indexOf('.') + 1 + behind));
  if (tie && /[02468]$/.test(cut)) return exponential(cut, Number(power));
  const [mantissa = '', exponent = ''] = value.toExponential(behind).split('e');
  return exponential(mantissa, Number(exponent));
}

/** EEEE: a mantissa of one digit, and an exponent of at least two. */
function exponentText(value: Decimal, {behind}: NumberFormat): string {
  if (!value.finite) return ` #.${'#'.repeat(behind + 4)}`;
  const negative = value.digits < 0;
  const figures = String(negative ? negateInteger(value.digits) : value.digits);
  const zero = value.digits === 0;
  const first = zero ? 0 : figures.length - 1 - value.scale;
  const scaled = new Decimal(value.digits, value.scale + first);
  // A mantissa that is rounded up to ten stays so: Postgres takes the exponent first.
  const mantissa = roundedTo(normal(scaled), behind);
  return exponential(String(mantissa), first);
}

/** With a scale that is not below zero. */
const normal = ({digits, scale}: Decimal): Decimal =>
  scale >= 0
    ? new Decimal(digits, scale)
    : new Decimal(multiplyIntegers(digits, powerOfTen(-scale)), 0);

function exponential(mantissa: string, exponent: number): string {
  const sign = exponent < 0 ? '-' : '+';
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa.startsWith('-') ? '' : ' '}${mantissa}e${sign}${power}`;
}

const ROMAN: readonly (readonly [number, string])[] = [
  ...([
    [1000, 'M'],
    [900, 'CM'],
    [500, 'D'],
    [400, 'CD'],
    [100, 'C'],
    [90, 'XC'],
  ] as const),
  ...([
    [50, 'L'],
    [40, 'XL'],
    [10, 'X'],
    [9, 'IX'],
    [5, 'V'],
    [4, 'IV'],
    [1, 'I'],
  ] as const),
];

function romanText(value: number, {parts, flags}: NumberFormat): string {
  const roman = value >= 1 && value <= 3999 ? romanOf(value) : '#'.repeat(15);
  const shown = flags.has('fill') ? roman : roman.padStart(15);
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.key === 'RN' ? shown : part.key === 'rn' ? shown.toLowerCase() : '';
    })
    .join('');
}

function romanOf(value: number): string {
  let left = value;
  let text = '';
  for (const [size, letters] of ROMAN) {
    while (left >= size) {
      text += letters;
      left -= size;
    }
  }
  return text;
}
