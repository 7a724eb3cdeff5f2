// The form of a rule, whatever its type.

import { ApprovalForm } from './approval-form.tsx';
import { AddressesForm, ClientsForm, FieldsForm, SitesForm } from './list-forms.tsx';
import { MaxUsesForm, RateLimitForm, ReasonForm } from './number-forms.tsx';
import type { DraftErrors } from './policy-draft.ts';
import type { RuleDraft } from './rule-draft.ts';
import { TimeWindowForm } from './time-window-form.tsx';

interface RuleFormProps {
  readonly draft: RuleDraft;
  readonly errors: DraftErrors;
  readonly onChange: (draft: RuleDraft, member: string) => void;
}

export function RuleForm({ draft, ...rest }: RuleFormProps) {
  switch (draft.type) {
    case 'time_window':
      return <TimeWindowForm draft={draft} {...rest} />;
    case 'rate_limit':
      return <RateLimitForm draft={draft} {...rest} />;
    case 'ip_allowlist':
      return <AddressesForm draft={draft} {...rest} />;
    case 'client':
      return <ClientsForm draft={draft} {...rest} />;
    case 'max_uses':
      return <MaxUsesForm draft={draft} {...rest} />;
    case 'reason':
      return <ReasonForm draft={draft} {...rest} />;
    case 'approval':
      return <ApprovalForm draft={draft} {...rest} />;
    case 'fields':
      return <FieldsForm draft={draft} {...rest} />;
    case 'site':
      return <SitesForm draft={draft} {...rest} />;
  }
}
