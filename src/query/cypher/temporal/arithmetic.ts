import type {Value} from '../../../data/value.ts';

/** `+` with a temporal value on a side; undefined where there is none. */
export function addTemporal(_a: Value, _b: Value): Value | undefined {
  return undefined;
}
export function subtractTemporal(_a: Value, _b: Value): Value | undefined {
  return undefined;
}
export function multiplyTemporal(_a: Value, _b: Value): Value | undefined {
  return undefined;
}
export function divideTemporal(_a: Value, _b: Value): Value | undefined {
  return undefined;
}
