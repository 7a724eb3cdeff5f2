// Granting what an agent asks for: which credential, until when, which of its fields.

import {
  type AccessRequestSummary,
  type GrantChoice,
  type GrantDuration,
  grantDurations,
} from '@keytrail/shared/access-request';
import type { AccessAnswer } from '@keytrail/shared/access-request-schema';
import { type FormEvent, useEffect, useState } from 'react';
import type { LoadChoices } from './access-request-card.tsx';
import { lacksAsked, toUnasked } from './asked-fields.ts';
import { Button } from './button.tsx';
import { Choice } from './choice.tsx';
import { GrantFields } from './grant-fields.tsx';
import { SelectField } from './select.tsx';
import { strings } from './strings.ts';

const words = strings.accessRequest;
const durationOptions = grantDurations.map((value) => ({ value, label: words.durations[value] }));

interface AccessRequestFormProps {
  readonly request: AccessRequestSummary;
  readonly pending: boolean;
  readonly loadChoices: LoadChoices;
  readonly onGrant: (answer: AccessAnswer) => void;
  readonly onBack: () => void;
}

/** Begins with what the agent wished, where the owner has it; of several that fit, the owner has to choose. */
export function AccessRequestForm({ request, pending, loadChoices, onGrant, onBack }: AccessRequestFormProps) {
  const choices = useChoices(request.id, loadChoices);
  const known = typeof choices === 'string' ? [] : choices;
  const [chosenId, setChosenId] = useState<string | null>(null);
  const named = known?.filter(({ isNamed }) => isNamed) ?? [];
  const credentialId = chosenId ?? (named.length === 1 ? (named[0]?.credentialId ?? '') : '');
  const credential = known?.find((choice) => choice.credentialId === credentialId);
  // A day: long enough to work with, short enough to forget safely.
  const [duration, setDuration] = useState<GrantDuration>(request.duration ?? '1d');
  const [chosenLeft, setLeft] = useState<readonly string[] | null>(null);
  const fields = credential?.fields ?? [];
  const left = chosenLeft ?? toUnasked(fields, request.fields);
  const granted = fields.filter((name) => !left.includes(name));
  const hasNoneAsked = lacksAsked(fields, request.fields);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (pending || credential === undefined || granted.length === 0) return;
    const isWhole = granted.length === fields.length;
    onGrant({ answer: 'grant', id: request.id, credentialId, duration, fields: isWhole ? null : granted });
  };
  return (
    <form onSubmit={submit} className="flex max-w-xl flex-col gap-2 pt-2 max-[400px]:-ms-9.5">
      <SelectField
        autoFocus
        label={words.credential}
        value={credentialId}
        placeholder={known === null ? words.loading : words.choose}
        error={typeof choices === 'string' ? choices : undefined}
        hint={known === null || named.length === 1 ? undefined : toHint(known, named)}
        options={(known ?? []).map((choice) => ({
          value: choice.credentialId,
          label: `${choice.service}: ${choice.label}`,
        }))}
        onChange={(id) => {
          setChosenId(id);
          setLeft(null);
        }}
      />
      <Choice label={words.duration} value={duration} options={durationOptions} onChange={setDuration} />
      {(fields.length > 1 || hasNoneAsked) && (
        <GrantFields
          fields={fields}
          left={left}
          onChange={setLeft}
          none={hasNoneAsked ? words.noneAskedFor : undefined}
        />
      )}
      <div className="flex flex-wrap gap-1 pt-0.5">
        <Button
          type="submit"
          variant="primary"
          size="small"
          pending={pending}
          disabled={credential === undefined || granted.length === 0}
        >
          {words.grantNow}
        </Button>
        <Button variant="ghost" size="small" onClick={onBack}>
          {strings.approval.back}
        </Button>
      </div>
    </form>
  );
}

/** Null while they are on their way; a sentence where they could not be had. */
function useChoices(id: string, load: LoadChoices): readonly GrantChoice[] | string | null {
  const [choices, setChoices] = useState<readonly GrantChoice[] | string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages make the function anew with every render.
  useEffect(() => {
    let isGone = false;
    void load(id).then((loaded) => {
      if (!isGone) setChoices(loaded);
    });
    return () => {
      isGone = true;
    };
  }, [id]);
  return choices;
}

function toHint(known: readonly GrantChoice[], named: readonly GrantChoice[]): string {
  if (known.length === 0) return words.emptyVault;
  return named.length === 0 ? words.noneFits : words.severalFit;
}
