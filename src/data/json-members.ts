/** A member of a JSON object: its name, and its value as the text has it. */
export interface JsonMember {
  readonly name: string;
  readonly text: string;
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/** The members of a JSON object in their order, whatever their values are; without spaces. */
export function jsonMembers(json: string): JsonMember[] {
  const members: JsonMember[] = [];
  let depth = 0;
  let name = '';
  let from = 0;
  for (const {0: token, index} of json.matchAll(TOKEN)) {
    const top = depth === 1;
    if (top && from === 0 && token.startsWith('"')) name = JSON.parse(token) as string;
    else if (top && from === 0 && token === ':') from = index + 1;
    else if (token === '{' || token === '[') depth += 1;
    else if (top && (token === ',' || token === '}') && from > 0) {
      members.push({name, text: json.slice(from, index)});
      from = 0;
    }
    if (token === '}' || token === ']') depth -= 1;
  }
  return members;
}
