// What a new policy can begin with: templates as cards that show their rules, or nothing.

import { toRuleSentence } from '@keytrail/shared/rule-sentence';
import { Link } from '@tanstack/react-router';
import { PencilRuler } from 'lucide-react';
import type { ReactNode } from 'react';
import { Pill } from '../../../ui/pill.tsx';
import { strings } from '../strings.ts';
import { toRule } from './policy-draft.ts';
import { type TemplateId, type TemplatePlace, templateIds, toTemplateDraft } from './policy-templates.ts';
import { ruleIcons } from './rule-icons.ts';
import { toLocalZone } from './time-zones.ts';
import { useMyAddress } from './use-my-address.ts';

const text = strings.policies;

/** Links, so that each can be opened in a tab of its own. */
export function TemplateGallery() {
  const place: TemplatePlace = { timeZone: toLocalZone(), address: useMyAddress() ?? null };
  return (
    <ul
      aria-label={text.templates.list}
      className="grid grid-cols-1 gap-3 sm:grid-cols-[repeat(auto-fill,minmax(17rem,1fr))]"
    >
      {templateIds.map((id) => (
        <Card key={id} template={id}>
          <Template id={id} place={place} />
        </Card>
      ))}
      <Card template="blank">
        <CardHead name={text.templates.blank} hint={text.templates.blankHint}>
          <PencilRuler aria-hidden className="size-4 shrink-0 text-mute" />
        </CardHead>
      </Card>
    </ul>
  );
}

function Card({ template, children }: { readonly template: TemplateId | 'blank'; readonly children: ReactNode }) {
  return (
    <li className="min-w-0">
      <Link
        to="/policies"
        search={{ edit: 'new', template }}
        className="flex h-full min-w-0 flex-col gap-2.5 rounded-lg border border-line bg-panel px-3.5 py-3 transition-colors hover:border-control hover:bg-canvas"
      >
        {children}
      </Link>
    </li>
  );
}

interface CardHeadProps {
  readonly name: string;
  readonly hint: string;
  readonly children?: ReactNode;
}

function CardHead({ name, hint, children }: CardHeadProps) {
  return (
    <span className="flex flex-col">
      <span className="flex items-center justify-between gap-2">
        <span className="font-semibold">{name}</span>
        {children}
      </span>
      <span className="text-pretty text-mute">{hint}</span>
    </span>
  );
}

function Template({ id, place }: { readonly id: TemplateId; readonly place: TemplatePlace }) {
  const draft = toTemplateDraft(id, place);
  return (
    <>
      <CardHead name={draft.name} hint={draft.description}>
        {draft.mode === 'observe' && <Pill tone="warn">{text.modes.observe}</Pill>}
      </CardHead>
      <span className="flex flex-col gap-1 border-t border-hairline pt-2.5 text-xs">
        {draft.rules.map((rule) => {
          const Icon = ruleIcons[rule.type];
          const outcome = toRule(rule);
          return (
            <span key={rule.key} className="flex items-start gap-1.75">
              <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0 text-mute" />
              <span className="user-text min-w-0">
                {outcome.ok ? toRuleSentence(outcome.value) : text.rules[rule.type].hint}
              </span>
            </span>
          );
        })}
      </span>
    </>
  );
}
