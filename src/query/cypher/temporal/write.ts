import {dateOf} from './calendar.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** `1984-10-11`, `+12345-01-01`, `-0044-03-15` */
export function dateText(days: number): string {
  const {year, month, day} = dateOf(days);
  const digits = String(Math.abs(year)).padStart(4, '0');
  const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
  return `${sign}${digits}-${two(month)}-${two(day)}`;
}

/** `12:31`, `12:31:14`, `12:31:14.645`, with as many groups of three digits as it needs. */
export function timeText(nanos: number): string {
  const seconds = Math.floor(nanos / 1e9);
  const rest = nanos % 1e9;
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  if (seconds % 60 === 0 && rest === 0) return clock;
  if (rest === 0) return `${clock}:${two(seconds % 60)}`;
  const digits = String(rest).padStart(9, '0');
  const length = rest % 1e6 === 0 ? 3 : rest % 1e3 === 0 ? 6 : 9;
  return `${clock}:${two(seconds % 60)}.${digits.slice(0, length)}`;
}
