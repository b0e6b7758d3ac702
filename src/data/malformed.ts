const SHOWN_MAX = 40;

/** A text that Postgres does not print for any value of the type it was read as. */
export class MalformedText extends Error {
  override readonly name = 'MalformedText';
}

/** The error to throw; it shows the beginning of the text. */
export function malformedText(type: string, text: string): MalformedText {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  return new MalformedText(`${JSON.stringify(shown)} is no text of a value of type ${type}`);
}
