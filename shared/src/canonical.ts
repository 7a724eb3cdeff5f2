// Canonical JSON (RFC 8785): one byte sequence for one value, so that it can be hashed and signed.

/** A value that JSON can hold; `undefined` members of objects are left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** Serialises by RFC 8785. Throws for numbers and strings that JSON cannot carry exactly. */
export function canonicalize(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalizeObject(value as Record<string, JsonValue>);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no NaN or infinity');
  const text = JSON.stringify(value);
  // JSON.stringify writes a lone surrogate as an escape; RFC 8785 §3.2.2.2 wants an error.
  if (typeof value === 'string' && text.includes('\\ud') && hasLoneSurrogate(value)) {
    throw new TypeError('a lone surrogate is not Unicode text');
  }
  return text;
}

function canonicalizeObject(value: Record<string, JsonValue | undefined>): string {
  let members = '';
  // Array sort compares UTF-16 code units, which is the order that RFC 8785 §3.2.3 asks for.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalize(member)}`;
  }
  return `{${members}}`;
}

function hasLoneSurrogate(value: string): boolean {
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value);
}
