// An .env file as named values. `export`, quotes, comments and values of several lines are read as programs read them.

import { fieldName } from '@keytrail/shared/credential';
import { parse } from 'dotenv';

export type EnvProblem = 'name' | 'empty' | 'not_understood' | 'twice' | 'too_many';

export interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  /** What was not taken, or, for `twice`, of which the last one counts, as it does for programs. */
  readonly problems: readonly { readonly name: string; readonly why: EnvProblem }[];
}

const valuesMax = 100;

/** Never throws, whatever the text is. */
export function readEnv(text: string): EnvFile {
  const parsed = parse(text);
  const problems: { name: string; why: EnvProblem }[] = [];
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed)) {
    const why = findProblem(name, value, values.size);
    if (why === undefined) values.set(name, value);
    else problems.push({ name, why });
  }
  const written = new Map<string, number>();
  for (const name of findAssignments(text, Object.values(parsed))) written.set(name, (written.get(name) ?? 0) + 1);
  for (const [name, times] of written) {
    if (!Object.hasOwn(parsed, name)) problems.push({ name, why: 'not_understood' });
    else if (times > 1) problems.push({ name, why: 'twice' });
  }
  return { values: Object.fromEntries(values), problems };
}

function findProblem(name: string, value: string, count: number): EnvProblem | undefined {
  if (!fieldName.safeParse(name).success || name === 'notes') return 'name';
  if (value === '') return 'empty';
  return count >= valuesMax ? 'too_many' : undefined;
}

/**
 * Whether reading it would take as long as its author likes: the library tries every line break of a gap with all those behind it.
 * Attacker-controlled.
 */
export function hasWideGap(text: string): boolean {
  return text.split(/\S+/).some(({ length }) => length > gapMax);
}

const gapMax = 200;

/** What looks like an assignment, by its name; lines within a value of several lines are none. */
function findAssignments(text: string, values: readonly string[]): string[] {
  const inner = values.filter((value) => value.includes('\n')).flatMap((value) => value.split('\n').slice(1));
  // The last of them has the closing quote behind it.
  const within = new Set(inner.flatMap((line) => [line, `${line}"`, `${line}'`, `${line}\``]));
  return text
    .split(/\r\n?|\n/)
    .filter((line) => !within.has(line))
    .flatMap((line) => findName(line) ?? []);
}

function findName(line: string): string | null {
  const [before = '', ...values] = line.split('=', 2);
  const name = before.trim().replace(/^export\s+/, '');
  return values.length === 0 || name === '' || name.includes('#') ? null : name;
}
