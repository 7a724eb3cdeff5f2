// What the form of every type of rule is handed.

import type { RuleType } from '@keytrail/shared/policy';
import type { DraftErrors } from './policy-draft.ts';
import type { RuleDraftOf } from './rule-draft.ts';

export interface RuleFormProps<Type extends RuleType> {
  readonly draft: RuleDraftOf<Type>;
  /** Sentences by the rule's members. */
  readonly errors: DraftErrors;
  /** @param member what was changed, by the name that its error goes by. */
  readonly onChange: (draft: RuleDraftOf<Type>, member: string) => void;
}
