// One credential: its secrets to reveal and copy, what is readable of it, and who may use it.

import { type CredentialSummary, credentialKindLabels, releasableFields } from '@keytrail/shared/credential';
import { readSshPublicKey } from '@keytrail/shared/ssh-public-key';
import { Link } from '@tanstack/react-router';
import { List, Pencil, Share2, Trash2 } from 'lucide-react';
import { toFailure } from '../../../lib/api.ts';
import { api } from '../../../lib/query.ts';
import { redeemValues } from '../../../lib/webhook.ts';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { DialogBody, DialogFoot, Drawer } from '../../../ui/dialog.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SecretValue } from '../../../ui/secret-value.tsx';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { activityOf } from '../audit/activity-search.ts';
import { Detail, Details, Section } from '../detail.tsx';
import { CredentialGrants } from '../grants/credential-grants.tsx';
import { TokenStatus } from '../oauth/token-status.tsx';
import { AttachedPolicies } from '../policies/attached-policies.tsx';
import { strings } from '../strings.ts';
import { Expiry, ExpiryNotice } from './expiry.tsx';
import { kindFields, toFieldLabel } from './kind-fields.ts';
import { findUsername, toSites } from './public-members.ts';
import { useUnlockedSpan } from './use-unlocked-span.ts';

const text = strings.credential;

interface CredentialDrawerProps {
  readonly credential: CredentialSummary;
  readonly onClose: () => void;
  readonly onEdit: () => void;
  readonly onShare: () => void;
  readonly onRemove: () => void;
  /** After a use: the list shows a new "last used". */
  readonly onUsed: () => void;
}

/** Opens over the vault. */
export function CredentialDrawer(props: CredentialDrawerProps) {
  const { credential, onClose, onEdit, onShare, onRemove, onUsed } = props;
  const { actions } = strings.vault;
  const span = useUnlockedSpan();
  return (
    <Drawer
      open
      onClose={onClose}
      title={credential.label}
      description={
        <span className="flex items-center gap-1.5">
          {credentialKindLabels[credential.kind]}
          <ServiceBadge service={credential.service} />
        </span>
      }
    >
      <DialogBody className="gap-6">
        <ExpiryNotice at={credential.expiresAt} />
        <div className="flex flex-wrap gap-2">
          <Button size="small" onClick={onEdit}>
            <Pencil aria-hidden />
            {actions.edit}
          </Button>
          <Button size="small" onClick={onShare}>
            <Share2 aria-hidden />
            {actions.share}
          </Button>
          <Link
            to="/audit"
            search={activityOf.credential(credential.id)}
            className={toButtonClasses({ size: 'small' })}
          >
            <List aria-hidden />
            {actions.activity}
          </Link>
        </div>
        <Secrets key={span} credential={credential} onUsed={onUsed} />
        {credential.refresh !== null && <TokenStatus credential={credential} refresh={credential.refresh} />}
        <Section title={text.sections.details}>
          <PublicDetails credential={credential} />
        </Section>
        <Section title={text.sections.access}>
          <CredentialGrants credentialId={credential.id} />
        </Section>
        <Section title={text.sections.policies}>
          <AttachedPolicies target={{ kind: 'credential', id: credential.id }} />
        </Section>
      </DialogBody>
      <DialogFoot>
        <Button variant="danger" onClick={onRemove}>
          <Trash2 aria-hidden />
          {actions.remove}
        </Button>
      </DialogFoot>
    </Drawer>
  );
}

function Secrets({ credential, onUsed }: Pick<CredentialDrawerProps, 'credential' | 'onUsed'>) {
  const { id, kind, secretFields, version } = credential;
  const publicNames = Object.keys(credential.public);
  const notes = secretFields.includes('notes') ? ['notes'] : [];
  const released = [
    ...releasableFields(kind, secretFields, { ...credential.public }).filter((name) => !publicNames.includes(name)),
    ...notes,
  ];
  const sealed = secretFields.filter((name) => name !== 'totp' && !released.includes(name) && name !== 'seed');
  return (
    <Section title={text.sections.secrets}>
      <p className="-mt-1 text-xs text-mute">{text.recorded}</p>
      {released.map((name) => (
        <div key={`${name} ${version}`} className="flex flex-col gap-1">
          <span dir="auto" className="user-text text-xs font-medium">
            {toFieldLabel(name)}
          </span>
          <SecretValue
            name={toFieldLabel(name)}
            toSentence={(error) => toFailure(error).sentence}
            onUse={async (action) => {
              const used = await api.credentials.use.mutate({ id, action, fields: [name] });
              onUsed();
              const { values, validMs } = await redeemValues(used);
              return { value: values[name] ?? '', validMs };
            }}
          />
        </div>
      ))}
      {sealed.map((name) => (
        <p key={name} className="flex justify-between gap-2 text-xs">
          <span className="font-medium">{toFieldLabel(name)}</span>
          <span className="text-mute">{text.sealed}</span>
        </p>
      ))}
    </Section>
  );
}

function PublicDetails({ credential }: { readonly credential: CredentialSummary }) {
  const username = findUsername(credential);
  const sites = toSites(credential);
  return (
    <Details>
      {username !== undefined && (
        <Detail name={text.username}>
          <span className="flex flex-wrap items-baseline justify-between gap-2">
            {username}
            <CopyButton text={username}>{strings.copy}</CopyButton>
          </span>
        </Detail>
      )}
      {sites.length > 0 && (
        <Detail name={text.sites}>
          {sites.map((site) => (
            <a
              key={site}
              href={site}
              target="_blank"
              rel="noreferrer"
              className="block text-accent hover:underline"
              dir="ltr"
            >
              {site}
            </a>
          ))}
        </Detail>
      )}
      <OtherMembers credential={credential} />
      <SshKeyFacts credential={credential} />
      {credential.tags.length > 0 && <Detail name={text.tags}>{credential.tags.join(', ')}</Detail>}
      <Detail name={text.expires}>
        {credential.expiresAt === null ? text.neverExpires : <Expiry at={credential.expiresAt} />}
      </Detail>
      <Detail name={text.used}>
        {credential.lastUsedAt === null ? strings.never : <RelativeTime at={credential.lastUsedAt} />}
      </Detail>
      <Detail name={text.updated}>
        <RelativeTime at={credential.updatedAt} />
      </Detail>
      <Detail name={text.created}>
        <RelativeTime at={credential.createdAt} />
      </Detail>
    </Details>
  );
}

/** Public members that have no drawing of their own: token URL, scopes, public key, chain. */
function OtherMembers({ credential }: { readonly credential: CredentialSummary }) {
  const members: Readonly<Record<string, unknown>> = { ...credential.public };
  return kindFields[credential.kind]
    .filter(({ place, name }) => place === 'public' && name !== 'username' && name !== 'sites')
    .map((field) => {
      const value = members[field.name];
      if (Array.isArray(value) && value.length > 0) {
        return (
          <Detail key={field.name} name={field.label}>
            {value.join(' ')}
          </Detail>
        );
      }
      if (typeof value !== 'string') return null;
      return (
        <Detail key={field.name} name={field.label}>
          {field.control === 'instant' ? (
            <RelativeTime at={value} />
          ) : (
            <span
              className={field.control === 'area' ? 'block max-h-32 overflow-y-auto font-mono text-2xs break-all' : ''}
            >
              {value}
            </span>
          )}
        </Detail>
      );
    });
}

/** What `ssh-keygen -l` says of it, where the public key is known. */
function SshKeyFacts({ credential: { public: members } }: { readonly credential: CredentialSummary }) {
  const facts = 'publicKey' in members && members.publicKey !== undefined ? readSshPublicKey(members.publicKey) : null;
  if (facts === null) return null;
  return (
    <>
      <Detail name={text.keyType}>{facts.type}</Detail>
      <Detail name={text.fingerprint}>
        <span dir="ltr" className="font-mono text-2xs break-all">
          {facts.fingerprint}
        </span>
      </Detail>
    </>
  );
}
