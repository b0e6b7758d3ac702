/** Which queries have a subplan, by its text: those that run, wait or have failed. */
export interface SubplanWants {
  /** Takes the place of what was noted of the query before. */
  note(queryId: string, texts: Iterable<string>): void;
  forget(queryId: string): void;
  /** How many queries besides this one have it. */
  others(text: string, queryId: string): number;
}

export function subplanWants(): SubplanWants {
  const byText = new Map<string, Set<string>>();
  const textsOf = new Map<string, ReadonlySet<string>>();

  function forget(queryId: string): void {
    for (const text of textsOf.get(queryId) ?? []) {
      const queries = byText.get(text);
      queries?.delete(queryId);
      if (queries?.size === 0) byText.delete(text);
    }
    textsOf.delete(queryId);
  }

  return {
    note(queryId, noted) {
      const texts = new Set(noted);
      forget(queryId);
      if (texts.size === 0) return;
      textsOf.set(queryId, texts);
      for (const text of texts) byText.set(text, (byText.get(text) ?? new Set()).add(queryId));
    },
    forget,
    others(text, queryId) {
      const queries = byText.get(text);
      return queries ? queries.size - Number(queries.has(queryId)) : 0;
    },
  };
}
