// How hard a generated secret is to guess, in words.

export type StrengthWord = 'weak' | 'fair' | 'good' | 'strong' | 'excellent';

export interface Strength {
  readonly word: StrengthWord;
  /** Whole bits, rounded down: a promise must not be more than the truth. */
  readonly bits: number;
  /** How long half of all guesses take. */
  readonly time: string;
}

const steps: readonly (readonly [StrengthWord, number])[] = [
  ['excellent', 112],
  ['strong', 80],
  ['good', 64],
  ['fair', 48],
];

/** A farm of machines at a badly hashed password, which is what a secret should outlast. */
export const guessesPerSecond = 1e12;

const yearSeconds = 31_557_600;
/** Since the beginning of the universe. */
const longestYears = 1.38e10;

/** @param bits the logarithm to the base 2 of how many secrets are equally likely. */
export function toStrength(bits: number): Strength {
  const word = steps.find(([, least]) => bits >= least)?.[0] ?? 'weak';
  return { word, bits: Math.floor(bits), time: toTime(2 ** (bits - 1) / guessesPerSecond) };
}

function toTime(seconds: number): string {
  const years = seconds / yearSeconds;
  if (years > longestYears) return 'longer than the universe has existed';
  const [size, unit] =
    years >= 1
      ? [years, 'year']
      : seconds >= 86_400
        ? [seconds / 86_400, 'day']
        : seconds >= 3600
          ? [seconds / 3600, 'hour']
          : [seconds / 60, 'minute'];
  if (size < 1) return 'less than a minute';
  const [scale, name] = scales.find(([least]) => size >= least) ?? [1, ''];
  const count = Number((size / scale).toPrecision(scale === 1 && size < 100 ? 2 : 1));
  const text = `${Math.floor(count).toLocaleString('en')}${name}`;
  return `about ${text} ${text === '1' ? unit : `${unit}s`}`;
}

const scales: readonly (readonly [number, string])[] = [
  [1e9, ' billion'],
  [1e6, ' million'],
];
