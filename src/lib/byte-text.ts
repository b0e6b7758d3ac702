/**
 * A text that is written as the bytes it is in UTF-8. Short pieces go in without a call
 * into the runtime, and numbers without a text of their own: joining texts costs several
 * times as much, and leaves trees of their parts to the garbage collector.
 */
export class ByteText {
  #bytes: Buffer;
  #length = 0;
  /** Whether each character is one byte. */
  #plain = true;

  readonly #usual: number;

  /** `bytes`: how long it is expected to become. Room far past that is given back. */
  constructor(bytes: number) {
    this.#usual = Math.max(bytes, 64);
    this.#bytes = Buffer.allocUnsafeSlow(this.#usual);
  }

  get length(): number {
    return this.#length;
  }

  /** Characters of ASCII only: others are for `text`. */
  ascii(text: string): void {
    const {length} = text;
    const at = this.#room(length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.#length = at + length;
  }

  /** Any text. */
  text(text: string): void {
    // No character takes more than three bytes for each of its units.
    const at = this.#room(3 * text.length);
    const written = this.#bytes.write(text, at);
    if (written !== text.length) this.#plain = false;
    this.#length = at + written;
  }

  /** A text as JSON has it. */
  quoted(text: string): void {
    const {length} = text;
    if (length > LONG) return void this.text(JSON.stringify(text));
    const start = this.#room(length + 2);
    const bytes = this.#bytes;
    let at = start;
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 32 || code > 126 || code === QUOTE || code === BACKSLASH) {
        return void this.text(JSON.stringify(text));
      }
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  /** A whole number, as JSON has it. */
  integer(value: number): void {
    if (!Number.isSafeInteger(value)) return void this.ascii(String(value));
    if (value < 0) this.ascii('-');
    const size = Math.abs(value);
    let digits = 1;
    for (let power = 10; power <= size; power *= 10) digits += 1;
    this.digits(size, digits);
  }

  /** A safe whole number in so many digits, with zeros before it. */
  digits(value: number, count: number): void {
    const start = this.#room(count);
    const bytes = this.#bytes;
    let at = start + count;
    let rest = value;
    // Divisions of small integers are several times as fast.
    for (; rest > SMALL_MAX && at > start; at--) {
      const head = Math.floor(rest / 10);
      bytes[at - 1] = ZERO + (rest - head * 10);
      rest = head;
    }
    for (let small = rest | 0; at > start; at--) {
      const head = (small / 10) | 0;
      bytes[at - 1] = ZERO + (small - head * 10);
      small = head;
    }
    this.#length = start + count;
  }

  /** What was written since this was taken last; good until more is written. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.clear();
    return taken;
  }

  /** The same as a text. */
  takeText(): string {
    const text = this.#bytes.toString(this.#plain ? 'latin1' : 'utf8', 0, this.#length);
    this.clear();
    return text;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
    this.#plain = true;
    // Not written into again: who has taken the bytes may still read them.
    if (this.#bytes.length > Math.max(KEPT, 4 * this.#usual)) {
      this.#bytes = Buffer.allocUnsafeSlow(this.#usual);
    }
  }

  /** Where so many bytes have room. */
  #room(bytes: number): number {
    if (this.#length + bytes > this.#bytes.length) this.#grow(bytes);
    return this.#length;
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(2 * (this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const [ZERO, QUOTE, BACKSLASH] = [0x30, 0x22, 0x5c];
const SMALL_MAX = 2 ** 30;
/** Room that is not worth giving back. */
const KEPT = 64 * 1024;
/** From so many characters on the runtime is faster. */
const LONG = 200;
