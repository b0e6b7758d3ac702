export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at as they are
  readonly body: any;
}

/** Why an answer may not be had for the moment. */
const PASSING = new Set([
  'cursor-gone',
  'history-busy',
  'history-not-held',
  'query-not-found',
  'query-not-ready',
  'too-many-requests',
]);

/** Somebody who asks the API, and throws where an answer is not as it should be. */
export interface Asker {
  readonly chance: () => number;
  readonly ids: readonly string[];
  /** How often what was answered, by what it was. */
  readonly counts: Record<string, number>;
  /** What was answered under an ETag. */
  readonly tagged: Map<string, string>;
  count(what: string): void;
  ask(path: string, init?: RequestInit): Promise<Asked>;
  /** A success; undefined where it can not be had at the moment. */
  had(path: string, init?: RequestInit): Promise<Asked | undefined>;
}

export interface AskerOptions {
  readonly url: () => string;
  readonly chance: () => number;
  readonly ids: readonly string[];
}

export function asker({url, chance, ids}: AskerOptions): Asker {
  const counts: Record<string, number> = {};
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  async function ask(path: string, init: RequestInit = {}): Promise<Asked> {
    const response = await fetch(url() + path, init);
    const text = await response.text();
    const {status, headers} = response;
    const json = headers.get('content-type')?.includes('json') && text !== '';
    const body = json ? JSON.parse(text) : undefined;
    count(body?.error ? `${status} ${body.error.code}` : String(status));
    const told = status < 400 || init.method === 'HEAD' || isRefusal(body);
    if (status === 500 || !told) throw new Error(`${path}: ${status} ${text}`);
    return {status, headers, text, body};
  }

  return {
    ...{chance, ids, counts, count, ask, tagged: new Map()},
    async had(path, init) {
      const answer = await ask(path, init);
      if (answer.status === 200) return answer;
      if (PASSING.has(answer.body?.error?.code)) return undefined;
      throw new Error(`${path}: ${answer.status} ${answer.text}`);
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: it is looked at whether it is what it should be
function isRefusal(body: any): boolean {
  const {success, data, error} = body ?? {};
  return success === false && data === null && Boolean(error?.code && error?.message);
}
