// One server of an import, as it will be: seen, named and given its credential before anything is stored.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { TextField } from '../../../ui/field.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { SecretField } from '../../../ui/secret-field.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings } from '../strings.ts';
import type { Choices, ImportedProxy } from './import-plan.ts';
import type { ImportedSecret, Refusal } from './import-servers.ts';
import { toInjected } from './proxy-words.ts';

const text = strings.proxies.importer;

const frame = 'flex min-w-0 flex-col gap-2.5 border-t border-hairline px-3 py-2.5 first:border-t-0';

/** A server that stays where it is, and why. */
export function RefusedRow({ title, why }: { readonly title: string; readonly why: Refusal }) {
  return (
    <li className={frame}>
      <span dir="auto" className="user-text font-medium text-mute">
        {title}
      </span>
      <p className="-mt-1.5 text-xs text-pretty text-mute">{text.refused[why]}</p>
    </li>
  );
}

interface ImportRowProps {
  readonly server: ImportedProxy;
  readonly choices: Choices;
  /** What is missing; shown once the import was tried. */
  readonly gaps: Readonly<Record<string, string>>;
  readonly credentials: readonly CredentialSummary[];
  readonly onChange: (change: Partial<Choices>) => void;
}

export function ImportRow({ server, choices, gaps, credentials, onChange }: ImportRowProps) {
  return (
    <li className={frame}>
      <label className="flex min-w-0 items-center gap-2.5">
        <input
          type="checkbox"
          aria-label={text.take(server.title)}
          checked={choices.taken}
          onChange={(event) => onChange({ taken: event.target.checked })}
          className="size-3.5 shrink-0 accent-accent"
        />
        <span dir="auto" title={server.title} className="user-text truncate font-medium">
          {server.title}
        </span>
        <Pill tone="quiet">{strings.proxies.kinds[server.proxy.kind]}</Pill>
      </label>
      <Preview server={server} />
      {choices.taken && (
        <div className="flex flex-col gap-3 ps-6">
          <TextField
            label={text.name}
            error={gaps.name}
            value={choices.name}
            maxLength={63}
            autoCapitalize="off"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange({ name: event.target.value })}
          />
          {server.secrets.length > 0 && (
            <Secrets server={server} choices={choices} gaps={gaps} credentials={credentials} onChange={onChange} />
          )}
        </div>
      )}
    </li>
  );
}

function Preview({ server: { proxy, secrets, leftOut } }: Pick<ImportRowProps, 'server'>) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5 ps-6 text-xs">
      <span dir="ltr" className="font-mono text-2xs leading-4.5 break-all text-mute">
        {proxy.upstreamUrl}
      </span>
      {toInjected(proxy).map(({ name, value }) => (
        <span key={name} dir="ltr" className="font-mono text-2xs leading-4.5 break-all text-mute">
          {name}: {value}
        </span>
      ))}
      {secrets.length === 0 && <span className="text-mute">{text.noSecret}</span>}
      {leftOut.length > 0 && <span className="text-mute">{text.leftOut(leftOut.join(', '))}</span>}
    </div>
  );
}

/** Several values fit no stored credential by chance, so only a single one may be exchanged for one. */
function Secrets({ server, choices, gaps, credentials, onChange }: ImportRowProps) {
  return (
    <>
      {server.secrets.length === 1 && credentials.length > 0 && (
        <SelectField
          label={text.credential(server.title)}
          value={choices.credentialId === '' ? asNew : choices.credentialId}
          options={[
            { value: asNew, label: text.newCredential },
            ...credentials.map(({ id, label, service }) => ({ value: id, label: `${label} (${service})` })),
          ]}
          onChange={(id) => onChange({ credentialId: id === asNew ? '' : id })}
        />
      )}
      {choices.credentialId === '' &&
        server.secrets.map((secret) => (
          <Secret
            key={secret.field}
            secret={secret}
            typed={choices.typed[secret.field] ?? ''}
            error={gaps[secret.field]}
            onChange={(value) => onChange({ typed: { ...choices.typed, [secret.field]: value } })}
          />
        ))}
    </>
  );
}

const asNew = 'new';

interface SecretProps {
  readonly secret: ImportedSecret;
  readonly typed: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

function Secret({ secret: { from, value }, typed, error, onChange }: SecretProps) {
  if (value !== null) return <p className="text-xs text-mute">{text.pasted(from)}</p>;
  return (
    <SecretField
      label={text.missing(from)}
      hint={text.missingHint}
      error={error}
      value={typed}
      autoComplete="new-password"
      onChange={onChange}
    />
  );
}
