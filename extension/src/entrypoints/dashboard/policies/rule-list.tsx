// The rules of a policy as sentences.

import type { Rule } from '@keytrail/shared/policy';
import { toRuleSentence } from '@keytrail/shared/rule-sentence';
import { ruleIcons } from './rule-icons.ts';

interface RuleListProps {
  readonly label: string;
  readonly rules: readonly Rule[];
}

/** One a line, each with the icon of its type. */
export function RuleList({ label, rules }: RuleListProps) {
  const sentences = rules.map((rule) => ({ type: rule.type, sentence: toRuleSentence(rule) }));
  return (
    <ul aria-label={label} className="flex min-w-0 flex-col gap-1">
      {sentences.map(({ type, sentence }, index) => {
        const Icon = ruleIcons[type];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name of their own, and the list is drawn whole.
          <li key={index} className="flex min-w-0 items-start gap-2">
            <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0 text-mute" />
            <span dir="auto" className="user-text min-w-0">
              {sentence}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
