import type {Key} from '../data/key.ts';

/**
 * The text of a place between rows, which clients hand back as they got it. It says after
 * which identity to go on, so that it stands however the result changes meanwhile: no row
 * that stays is left out or comes twice.
 */
export function cursorText(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** undefined where a text is no cursor of ours. */
export function parseCursor(text: string): Key | undefined {
  try {
    const key: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    const isKey = typeof key === 'string' || typeof key === 'number';
    return isKey && cursorText(key) === text ? key : undefined;
  } catch {
    return undefined;
  }
}
