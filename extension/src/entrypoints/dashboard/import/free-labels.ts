// Labels that tell the credentials of one service apart.

import type { CredentialInput } from '@keytrail/shared/credential';
import { toOneLine } from '@keytrail/shared/text';

type Named = Pick<CredentialInput, 'service' | 'label'>;

/** Which labels are taken; what is taken stays so. */
export interface Labels {
  has(named: Named): boolean;
  /** The same under a label that is free: its own, else with the username, which tells accounts of one name apart, else with a number. */
  free(input: CredentialInput): CredentialInput;
  /** Takes its label, and answers it. */
  take(input: CredentialInput): CredentialInput;
}

/** @param named whose labels are taken from the start. */
export function createLabels(named: readonly Named[]): Labels {
  const taken = new Set(named.map(toName));
  // All numbers below are taken, so that thousands of one name are not counted through for each of them.
  const numbers = new Map<string, number>();
  const has = (other: Named) => taken.has(toName(other));
  return {
    has,
    take: (input) => {
      taken.add(toName(input));
      return input;
    },
    free: (input) => {
      const named = { ...input, label: addUsername(input) };
      if (!has(input)) return input;
      if (!has(named)) return named;
      const name = toName(named);
      for (let number = numbers.get(name) ?? 2; ; number++) {
        const numbered = { ...input, label: addToLabel(named.label, ` (${number})`) };
        numbers.set(name, number);
        if (!has(numbered)) return numbered;
      }
    },
  };
}

/** Within what a label may hold. */
export function addToLabel(label: string, suffix: string): string {
  return `${toOneLine(label, 100 - suffix.length)}${suffix}`;
}

function addUsername({ label, public: facts }: CredentialInput): string {
  const username = 'username' in facts ? toOneLine(facts.username, 60) : '';
  const isNamed = username === '' || username === label || label.endsWith(` (${username})`);
  return isNamed ? label : addToLabel(label, ` (${username})`);
}

function toName({ service, label }: Named): string {
  return JSON.stringify([service, label]);
}
