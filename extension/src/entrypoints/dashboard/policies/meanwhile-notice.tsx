// Said when somebody else changed or deleted the policy that is being edited; what was typed stays.

import type { PolicySummary } from '@keytrail/shared/policy';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import { RuleList } from './rule-list.tsx';
import type { Meanwhile } from './use-policy-editor.ts';

const text = strings.policies;

interface MeanwhileNoticeProps {
  readonly meanwhile: Meanwhile;
  readonly onTake: (policy: PolicySummary) => void;
}

/** Shows what is stored, so that one can choose; saving again replaces it knowingly. */
export function MeanwhileNotice({ meanwhile, onTake }: MeanwhileNoticeProps) {
  if (meanwhile.kind === 'nothing') return null;
  if (meanwhile.kind === 'gone') return <Notice tone="warn">{text.editor.goneMeanwhile}</Notice>;
  const { policy } = meanwhile;
  return (
    <Notice tone="warn">
      <div className="flex flex-col items-start gap-2">
        <p>{text.editor.conflict}</p>
        <p className="font-medium">{text.editor.stored(policy.name, text.modes[policy.mode])}</p>
        <RuleList label={text.rulesOf(policy.name)} rules={policy.rules} />
        <p>{text.editor.storedHint}</p>
        <Button size="small" onClick={() => onTake(policy)}>
          {text.editor.takeStored}
        </Button>
      </div>
    </Notice>
  );
}
