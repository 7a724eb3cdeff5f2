// The rules of the policy in the editor, and the menu that adds one.

import { useRef } from 'react';
import { strings } from '../strings.ts';
import { AddRuleMenu } from './add-rule-menu.tsx';
import type { DraftErrors } from './policy-draft.ts';
import { RuleCard } from './rule-card.tsx';
import type { PolicyEditorState } from './use-policy-editor.ts';

const text = strings.policies.editor;

/** The focus goes into a rule that was added, and back to the menu's button when one is removed. */
export function RulesEditor({ editor }: { readonly editor: PolicyEditorState }) {
  const { draft, errors } = editor;
  const section = useRef<HTMLElement>(null);
  const added = useRef<number>(undefined);

  function onClosed(event: Event) {
    const key = added.current;
    added.current = undefined;
    if (key === undefined) return;
    event.preventDefault();
    section.current?.querySelector<HTMLElement>(`[data-rule="${key}"] :is(input, select, button)`)?.focus();
  }

  return (
    <section ref={section} aria-labelledby="policy-rules" className="border-t border-line">
      <header className="px-4 pt-3.5 pb-2.5">
        <h2 id="policy-rules" className="text-md font-semibold">
          {text.rules}
        </h2>
        <p className="text-mute">{text.rulesHint}</p>
      </header>
      <ul>
        {draft.rules.map((rule) => (
          <RuleCard
            key={rule.key}
            draft={rule}
            errors={toOwn(errors, rule.key)}
            onChange={editor.changeRule}
            onRemove={() => {
              editor.removeRule(rule.key);
              section.current?.querySelector<HTMLElement>('[data-add-rule]')?.focus();
            }}
          />
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-3 border-t border-hairline px-4 py-3">
        <AddRuleMenu
          onAdd={(type) => {
            added.current = editor.addRule(type);
          }}
          onClosed={onClosed}
        />
        {errors.rules !== undefined ? (
          <p role="alert" className="text-xs text-red">
            {errors.rules}
          </p>
        ) : (
          draft.rules.length === 0 && <p className="text-mute">{text.noRules}</p>
        )}
      </div>
    </section>
  );
}

/** The errors of one rule, by its members. */
function toOwn(errors: DraftErrors, key: number): DraftErrors {
  const start = `${key}.`;
  const own = Object.entries(errors).filter(([place]) => place.startsWith(start));
  return Object.fromEntries(own.map(([place, sentence]) => [place.slice(start.length), sentence]));
}
