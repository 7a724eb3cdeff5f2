// Which policies a search text finds.

import type { PolicySummary } from '@keytrail/shared/policy';
import { toRuleSentence } from '@keytrail/shared/rule-sentence';

/** True when the text occurs in its name, its description, one of its sentences, or what it is attached to. */
export function matchesPolicy({ name, description, rules, usedBy }: PolicySummary, query: string): boolean {
  const wanted = query.trim().toLocaleLowerCase();
  const texts = [name, description, ...rules.map((rule) => toRuleSentence(rule)), ...usedBy.map((user) => user.name)];
  return texts.some((text) => text.toLocaleLowerCase().includes(wanted));
}
