// A rule in the editor: its form, and under it the sentence that it makes.

import { toRuleSentence } from '@keytrail/shared/rule-sentence';
import { X } from 'lucide-react';
import { IconButton } from '../../../ui/icon-button.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings } from '../strings.ts';
import { type DraftErrors, toRule } from './policy-draft.ts';
import type { RuleDraft } from './rule-draft.ts';
import { RuleForm } from './rule-form.tsx';
import { ruleIcons } from './rule-icons.ts';

const text = strings.policies;

interface RuleCardProps {
  readonly draft: RuleDraft;
  readonly errors: DraftErrors;
  readonly onChange: (draft: RuleDraft, member: string) => void;
  readonly onRemove: () => void;
}

/** `data-rule` is where the focus goes when it has just been added. */
export function RuleCard({ draft, errors, onChange, onRemove }: RuleCardProps) {
  const { name, hint } = text.rules[draft.type];
  const Icon = ruleIcons[draft.type];
  return (
    <li
      aria-label={name}
      className="grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-2.5 border-t border-hairline px-4 py-3.5"
    >
      <span aria-hidden className="grid size-7 place-items-center rounded-md bg-sunken text-mute">
        <Icon className="size-4" />
      </span>
      <div className="min-w-0">
        <h3 className="text-sm font-semibold">{name}</h3>
        <p className="text-xs text-mute">{hint}</p>
      </div>
      <IconButton icon={X} label={text.editor.removeRule(name)} onClick={onRemove} className="-me-1.5" />
      <div
        data-rule={draft.key}
        className="col-span-full mt-2.5 flex min-w-0 flex-col gap-2 sm:col-span-1 sm:col-start-2"
      >
        <RuleForm draft={draft} errors={errors} onChange={onChange} />
        <Sentence draft={draft} />
      </div>
    </li>
  );
}

function Sentence({ draft }: { readonly draft: RuleDraft }) {
  const outcome = toRule(draft);
  return (
    <p
      aria-live="polite"
      className={joinClasses(
        'mt-0.5 rounded-md px-2.5 py-1.5',
        outcome.ok ? 'bg-accent-soft text-ink' : 'bg-sunken text-mute',
      )}
    >
      <span className="sr-only">{text.editor.means}: </span>
      <span dir="auto" className="user-text">
        {outcome.ok ? toRuleSentence(outcome.value) : text.editor.unfinished}
      </span>
    </p>
  );
}
