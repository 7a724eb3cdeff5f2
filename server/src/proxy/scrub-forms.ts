// The ways in which a value may be written in an answer, character by character: any mixture of them is recognised, since
// every program that encodes leaves other characters as they are.

/** One way to write a character: a byte at each place; two where a hex digit may be in either case. */
export interface Form {
  readonly bytes: Uint8Array;
  readonly others: Uint8Array;
}

/**
 * Forms by character: a text matches where each of its characters stands in one of its forms. What the forms of a character
 * are is looked up where a text gets that far, which is seldom.
 */
export interface Pattern {
  readonly characters: ArrayLike<string>;
  readonly toForms: (character: string) => readonly Form[];
  /** Of a character behind the first, where it has others there. */
  readonly toLaterForms?: (character: string) => readonly Form[];
}

/** How often text is put into text: JSON in a string of JSON is what MCP servers answer. */
const nestingMax = 3;
const charactersMax = 1000;

/** The value as it is, inside of base64 in either alphabet, and in hex. */
export function toPatterns(secret: string): Pattern[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [
    { characters: [...secret], toForms: toTextForms },
    ...[0, 1, 2].map((before) => ({
      characters: toBase64(bytes, before),
      toForms: toBase64Forms,
      toLaterForms: toBrokenBase64Forms,
    })),
    { characters: bytes.toString('hex'), toForms: toHexForms },
  ];
}

/**
 * A value in base64 depends on what stands before it: it begins at one of three places. Only the characters that are the
 * value's alone are taken.
 */
function toBase64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

/** Remembers what was made of each character: a value of a thousand is looked for in every call. */
function remember(make: (character: string) => Form[]): (character: string) => Form[] {
  const made = new Map<string, Form[]>();
  return (character) => {
    const known = made.get(character) ?? make(character);
    if (made.size < charactersMax) made.set(character, known);
    return known;
  };
}

// RFC 4648 §5: the alphabet for addresses differs in two characters.
const toBase64Forms = remember((character) => {
  const other = character === '+' ? '-' : character === '/' ? '_' : null;
  return [character, ...(other === null ? [] : [other])].flatMap(toTextForms);
});

/** RFC 2045 §6.8: lines end within a value, at no place that it could be known by; in JSON as escapes. */
const lineBreaks = ['\n', '\r\n', '\\n', '\\r\\n', '\\\\n', '\\\\r\\\\n'];

const toBrokenBase64Forms = remember((character) => {
  const forms = toBase64Forms(character);
  return [...forms, ...lineBreaks.flatMap((lineBreak) => forms.map((form) => behind(Buffer.from(lineBreak), form)))];
});

function behind(before: Buffer, { bytes, others }: Form): Form {
  return { bytes: Buffer.concat([before, bytes]), others: Buffer.concat([before, others]) };
}

const toTextForms = remember((character) => {
  const codes = [...Buffer.from(character, 'utf8')].map(toHex);
  const percent = ['%', '%25'].map((sign) => toForm(codes.map((code) => sign + code).join(''), true));
  const units = character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const unicode = nest(units.join('')).map((text) => toForm(text, true));
  return distinct([toForm(character, false), ...percent, ...unicode, ...toEscapes(character), ...toMarkup(character)]);
});

const toHexForms = remember((digit) => [toForm(digit, true)]);

/** With a backslash before it, as JSON and programming languages do; and that as JSON, again. */
function toEscapes(character: string): Form[] {
  const usual = JSON.stringify(character).slice(1, -1);
  const escaped = usual !== character ? [usual] : "/'`$".includes(character) ? [`\\${character}`] : [];
  return escaped.flatMap(nest).map((text) => toForm(text, false));
}

/** As HTML and XML do, and the plus sign of forms. */
function toMarkup(character: string): Form[] {
  const code = character.codePointAt(0) ?? 0;
  const named = names[character];
  const texts = named === undefined ? [] : [`&${named};`];
  const latin = code > 0x7f && code <= 0xff ? [{ bytes: Uint8Array.of(code), others: Uint8Array.of(code) }] : [];
  if (/[A-Za-z0-9]/.test(character)) return [];
  return [
    ...[...texts, ...(character === ' ' ? ['+'] : []), `&#${code};`].map((text) => toForm(text, false)),
    ...[`&#x${code.toString(16)};`, `&#x${toHex(code)};`].map((text) => toForm(text, true)),
    // Headers are read as Latin-1.
    ...latin,
  ];
}

const names: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

function nest(text: string): string[] {
  const texts = [text];
  while (texts.length < nestingMax) texts.push(JSON.stringify(texts.at(-1)).slice(1, -1));
  return texts;
}

function toForm(text: string, anyCase: boolean): Form {
  const bytes = Buffer.from(text, 'utf8');
  const others = anyCase ? bytes.map(toOtherCase) : bytes;
  return { bytes, others };
}

/** Of a hex digit; the `u` and `x` of an escape are no digits. */
function toOtherCase(byte: number): number {
  if (byte >= 0x61 && byte <= 0x66) return byte - 32;
  return byte >= 0x41 && byte <= 0x46 ? byte + 32 : byte;
}

function toHex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function distinct(forms: readonly Form[]): Form[] {
  const byText = new Map(forms.map((form) => [Buffer.from(form.bytes).toString('latin1'), form]));
  return [...byText.values()];
}
