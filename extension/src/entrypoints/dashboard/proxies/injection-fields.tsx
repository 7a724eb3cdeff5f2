// What a proxy adds to every call: headers, parameters, a basic sign-in, with the places of the chosen credential at hand.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { useRef } from 'react';
import { CheckField } from '../../../ui/check-field.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Section } from '../detail.tsx';
import { strings } from '../strings.ts';
import { PairsField } from './pairs-field.tsx';
import { type DraftErrors, findTemplateError, type PairDraft, type ProxyDraft, placesOf } from './proxy-draft.ts';

const text = strings.proxies.form;

interface InjectionFieldsProps {
  readonly draft: ProxyDraft;
  readonly errors: DraftErrors;
  readonly credential: CredentialSummary | undefined;
  readonly onChange: (change: Partial<ProxyDraft>, place?: string) => void;
}

/** The template that was typed in last. */
type Spot =
  | { readonly member: 'headers' | 'query'; readonly key: number }
  | { readonly member: 'username' | 'password' };

export function InjectionFields({ draft, errors, credential, onChange }: InjectionFieldsProps) {
  const spot = useRef<Spot>(undefined);
  const { basic } = draft;

  /** At the end of what is there: `Bearer ` comes before the secret. */
  function insert(place: string) {
    const to = spot.current ?? { member: 'headers', key: draft.headers[0]?.key ?? 0 };
    const append = (pairs: readonly PairDraft[], key: number) =>
      pairs.map((pair) => (pair.key === key ? { ...pair, value: pair.value + place } : pair));
    if (to.member === 'headers') onChange({ headers: append(draft.headers, to.key) }, `headers.${to.key}.value`);
    else if (to.member === 'query') onChange({ query: append(draft.query, to.key) }, `query.${to.key}.value`);
    else onChange({ basic: { ...basic, [to.member]: basic[to.member] + place } }, 'basicAuth');
  }

  return (
    <Section title={text.injection}>
      <p className="text-xs text-pretty text-mute">{text.injectionHint}</p>
      <PairsField
        member="headers"
        legend={text.headers}
        name={text.header}
        add={text.addHeader}
        placeholder="authorization"
        pairs={draft.headers}
        errors={errors}
        onChange={(headers, place) => onChange({ headers }, place)}
        onFocus={(key) => {
          spot.current = { member: 'headers', key };
        }}
      />
      {draft.kind === 'http' && (
        <>
          <PairsField
            member="query"
            legend={text.query}
            name={text.parameter}
            add={text.addParameter}
            placeholder="api_key"
            pairs={draft.query}
            errors={errors}
            onChange={(query, place) => onChange({ query }, place)}
            onFocus={(key) => {
              spot.current = { member: 'query', key };
            }}
          />
          <Basic
            draft={draft}
            error={errors.basicAuth}
            onChange={onChange}
            onFocus={(member) => {
              spot.current = { member };
            }}
          />
        </>
      )}
      <Places credential={credential} onInsert={insert} />
    </Section>
  );
}

interface BasicProps extends Pick<InjectionFieldsProps, 'draft' | 'onChange'> {
  readonly error: string | undefined;
  readonly onFocus: (member: 'username' | 'password') => void;
}

function Basic({ draft: { basic }, error, onChange, onFocus }: BasicProps) {
  const labels = { username: text.basicUser, password: text.basicPassword };
  return (
    <div className="flex flex-col gap-2">
      <CheckField
        label={text.basic}
        hint={text.basicHint}
        checked={basic.on}
        onChange={(on) => onChange({ basic: { ...basic, on } }, 'basicAuth')}
      />
      {basic.on && (
        <div className="grid gap-1.5 sm:grid-cols-2">
          {(['username', 'password'] as const).map((member) => (
            <TextField
              key={member}
              label={labels[member]}
              error={findTemplateError(basic[member]) ?? (member === 'username' ? error : undefined)}
              value={basic[member]}
              dir="ltr"
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              className="font-mono text-xs"
              onFocus={() => onFocus(member)}
              onChange={(event) => onChange({ basic: { ...basic, [member]: event.target.value } }, 'basicAuth')}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface PlacesProps extends Pick<InjectionFieldsProps, 'credential'> {
  readonly onInsert: (place: string) => void;
}

/** Inline help that also types. */
function Places({ credential, onInsert }: PlacesProps) {
  const places = [
    { place: '${TOKEN}', meaning: text.token },
    ...(credential === undefined ? ['name'] : placesOf(credential)).map((name) => ({
      place: `\${FIELD:${name}}`,
      meaning: text.field(name),
    })),
  ];
  return (
    <section aria-label={text.places} className="flex flex-col gap-1.5 rounded-md bg-sunken px-3 py-2">
      <p className="text-xs text-pretty text-mute">{text.placesHint}</p>
      <ul className="flex flex-wrap gap-x-3 gap-y-1 text-xs">
        {places.map(({ place, meaning }) => (
          <li key={place} className="flex min-w-0 flex-wrap items-baseline gap-x-1.5">
            <button
              type="button"
              dir="ltr"
              onClick={() => onInsert(place)}
              className="max-w-full truncate rounded-sm border border-line bg-panel px-1.5 font-mono text-2xs leading-5 hover:border-control"
            >
              {place}
            </button>
            <span className="text-mute">{meaning}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
