import {TEXT} from '../../data/type.ts';
import type {Step} from './middleware.ts';
import {type Rewrite, rewriting} from './rewrite.ts';
import type {Settings} from './settings.ts';

const ENCODINGS = ['base64', 'base64url', 'hex', 'url', 'json_escape'] as const;

/** A property that holds an encoded text, decoded. */
export function decoder(settings: Settings): Step {
  settings.only('encoding_type', 'target_property', 'output_property', 'strip_quotes', 'on_error');
  const decode = DECODE[settings.word('encoding_type', ENCODINGS)];
  const strips = settings.flag('strip_quotes', false);
  const rewrite: Rewrite = (value) => {
    if (typeof value !== 'string') return {wrong: 'is no text'};
    const written = strips ? value.replace(/^"(.*)"$/s, '$1') : value;
    const decoded = decode(written);
    return decoded === undefined ? {wrong: 'cannot be decoded'} : {value: decoded};
  };
  return rewriting(settings, {type: TEXT, rewrite});
}

/** Undefined where the text is not in the encoding, or holds no UTF-8. */
const DECODE: Readonly<Record<(typeof ENCODINGS)[number], (text: string) => string | undefined>> = {
  base64: (text) =>
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
      ? utf8(Buffer.from(text, 'base64'))
      : undefined,
  base64url: (text) =>
    /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1
      ? utf8(Buffer.from(text, 'base64url'))
      : undefined,
  hex: (text) => (/^(?:[0-9a-fA-F]{2})*$/.test(text) ? utf8(Buffer.from(text, 'hex')) : undefined),
  url: percentDecoded,
  json_escape: unescaped,
};

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function unescaped(text: string): string | undefined {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
