// Names of proxies: part of their address, so small letters, digits and dashes.

const lengthMax = 63;

/** Brings any text into the form of a proxy's name, one that is not taken yet. */
export function toFreeName(text: string, taken: readonly string[]): string {
  const base =
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, lengthMax - 4) || 'proxy';
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.includes(name)) return name;
  }
}
