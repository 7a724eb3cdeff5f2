// How the address after `#` carries search params: plain and repeated, so that links can be read and written by hand.

/** `types=a&types=b` becomes `{ types: ['a', 'b'] }`; a single value stays a string. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const search: Record<string, string | string[]> = {};
  const params = new URLSearchParams(text);
  for (const name of new Set(params.keys())) {
    const [first = '', ...others] = params.getAll(name);
    search[name] = others.length === 0 ? first : [first, ...others];
  }
  return search;
}

/** The reverse. Absent members and empty lists leave no trace; the result begins with `?` unless it is empty. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const item of [value].flat()) {
      if (item !== undefined && item !== null && item !== false) params.append(name, String(item));
    }
  }
  return params.size === 0 ? '' : `?${params}`;
}
