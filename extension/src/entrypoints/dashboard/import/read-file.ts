// A chosen file as text, or why it is none.

import { importLimits } from './read-csv.ts';

export type FileText =
  | { readonly kind: 'text'; readonly name: string; readonly text: string; readonly isEnv: boolean }
  | { readonly kind: 'unreadable'; readonly why: 'too_large' | 'not_text' };

export async function readFile(file: File): Promise<FileText> {
  if (file.size > importLimits.bytesMax) return { kind: 'unreadable', why: 'too_large' };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decode(bytes);
  if (text === null) return { kind: 'unreadable', why: 'not_text' };
  return { kind: 'text', name: file.name, text, isEnv: isEnvName(file.name) };
}

/** `.env`, `.env.production`, `prod.env`. */
function isEnvName(name: string): boolean {
  return /(^|\.)env(\.|$)/i.test(name) && !/\.csv$/i.test(name);
}

/** By its mark of byte order, else as UTF-8. A guess at anything else would store passwords that are not what they were. */
function decode(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    // Not of this encoding.
    return null;
  }
}
