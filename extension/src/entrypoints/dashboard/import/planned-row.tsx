// One entry of an import as it will be, or why it will not be.

import { credentialKindLabels } from '@keytrail/shared/credential';
import type { ReactNode } from 'react';
import { inputClasses } from '../../../ui/field.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { strings } from '../strings.ts';
import { KindIcon } from '../vault/kind-icon.tsx';
import type { DuplicateChoice } from './import-summary.ts';
import type { PlannedRow } from './plan-import.ts';

const text = strings.credentialImport;

const frame = 'flex min-w-0 items-start gap-2.5 border-t border-hairline px-3 py-2 first:border-t-0';

type Of<Kind extends PlannedRow['kind']> = Extract<PlannedRow, { kind: Kind }>;

interface NewRowProps {
  readonly planned: Of<'new'>;
  readonly isTaken: boolean;
  readonly onChange: (isTaken: boolean) => void;
}

export function NewRow({ planned, isTaken, onChange }: NewRowProps) {
  return (
    <li className={frame}>
      <input
        type="checkbox"
        aria-label={text.take(planned.input.label)}
        checked={isTaken}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-1.75 size-3.5 shrink-0 accent-accent"
      />
      <Entry planned={planned} name={planned.input.label} />
    </li>
  );
}

interface KnownRowProps {
  readonly planned: Of<'known'>;
  readonly choice: DuplicateChoice;
  readonly onChange: (choice: DuplicateChoice) => void;
}

export function KnownRow({ planned, choice, onChange }: KnownRowProps) {
  const { existing, canKeep } = planned;
  // Under the label that it gets only where both are kept.
  const name = planned.title || planned.input.label;
  const choices = (['skip', 'update', 'keep'] as const).filter((value) => value !== 'keep' || canKeep);
  return (
    <li className={joinClasses(frame, 'flex-wrap sm:flex-nowrap')}>
      <Entry planned={planned} name={name}>
        <p className="text-xs text-pretty text-mute">
          {text.known(existing.label)} {!canKeep && text.keptBefore}
        </p>
      </Entry>
      <select
        aria-label={text.choice(name)}
        value={choices.includes(choice) ? choice : 'skip'}
        onChange={(event) => onChange(choices.find((value) => value === event.target.value) ?? 'skip')}
        className={joinClasses(inputClasses, 'h-7 shrink-0 text-xs sm:w-auto')}
      >
        {choices.map((value) => (
          <option key={value} value={value}>
            {text.choices[value]}
          </option>
        ))}
      </select>
    </li>
  );
}

/** What stays out, with the reason. */
export function LeftRow({ planned }: { readonly planned: Of<'same' | 'refused'> }) {
  return (
    <li className={frame}>
      <div className="min-w-0">
        <p dir="auto" className="user-text truncate font-medium text-mute">
          {planned.title || text.untitled}
        </p>
        <p className="text-xs text-pretty text-mute">
          {text.row(planned.row)}: {planned.kind === 'same' ? text.same(planned.as) : text.refused[planned.why]}
        </p>
      </div>
    </li>
  );
}

interface EntryProps {
  readonly planned: Of<'new' | 'known'>;
  readonly name: string;
  readonly children?: ReactNode;
}

function Entry({ planned, name, children }: EntryProps) {
  const { input, inNotes } = planned;
  return (
    <>
      <KindIcon kind={input.kind} />
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-center gap-2">
          <span dir="auto" title={name} className="user-text min-w-0 truncate font-medium">
            {name}
          </span>
          <ServiceBadge service={input.service} className="max-w-40 shrink-0" />
        </div>
        <p dir="auto" className="user-text text-xs break-words text-mute">
          {toFacts(planned).join(' · ')}
        </p>
        {inNotes && <p className="text-xs text-pretty text-mute">{text.inNotes}</p>}
        {children}
      </div>
    </>
  );
}

/** What there is of it, without a secret. */
function toFacts({ input }: Of<'new' | 'known'>): string[] {
  const { kind, notes, secret, public: members, tags, label } = input;
  const sites = 'sites' in members ? members.sites.length : 0;
  return [
    credentialKindLabels[kind],
    ...('username' in members && members.username !== '' && members.username !== label ? [members.username] : []),
    ...(kind === 'fields' ? [text.with.values(Object.keys(secret).length)] : []),
    ...(sites > 0 ? [text.with.sites(sites)] : []),
    ...(kind === 'login' && secret.totp !== undefined ? [text.with.totp] : []),
    ...(notes === undefined ? [] : [text.with.notes]),
    ...tags,
  ];
}
