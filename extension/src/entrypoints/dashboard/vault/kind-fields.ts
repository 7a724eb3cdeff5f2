// What the form of each credential kind asks for: a table, so that a kind is data and the form is one.

import type { CredentialKind } from '@keytrail/shared/credential';
import { strings } from '../strings.ts';

export interface KindField {
  /** The member's name in `public` or `secret`. */
  readonly name: string;
  readonly place: 'public' | 'secret';
  readonly label: string;
  /** text: one line. secret: one hidden line. area: several lines. lines: a list, one entry a line. instant: a date. */
  readonly control: 'text' | 'secret' | 'area' | 'lines' | 'instant';
  readonly optional?: true;
  readonly hint?: string;
  /** May be made up here: its generator is offered. */
  readonly generated?: true;
}

const text = strings.fields;
const username: KindField = {
  name: 'username',
  place: 'public',
  label: text.username,
  control: 'text',
  optional: true,
};

/** Fields in the order they are asked for. The kind `fields` has named values in their place. */
export const kindFields: Record<CredentialKind, readonly KindField[]> = {
  login: [
    username,
    { name: 'password', place: 'secret', label: text.password, control: 'secret', generated: true },
    { name: 'sites', place: 'public', label: text.sites, control: 'lines', optional: true, hint: text.sitesHint },
    { name: 'totp', place: 'secret', label: text.totp, control: 'secret', optional: true, hint: text.totpHint },
  ],
  token: [{ name: 'value', place: 'secret', label: text.value, control: 'secret' }],
  oauth: [
    { name: 'accessToken', place: 'secret', label: text.accessToken, control: 'secret' },
    {
      name: 'accessTokenExpiresAt',
      place: 'public',
      label: text.accessTokenExpiresAt,
      control: 'instant',
      optional: true,
    },
    { name: 'refreshToken', place: 'secret', label: text.refreshToken, control: 'secret', optional: true },
    {
      name: 'authorizationUrl',
      place: 'public',
      label: text.authorizationUrl,
      control: 'text',
      optional: true,
    },
    { name: 'tokenUrl', place: 'public', label: text.tokenUrl, control: 'text', optional: true },
    { name: 'clientId', place: 'public', label: text.clientId, control: 'text', optional: true },
    { name: 'clientSecret', place: 'secret', label: text.clientSecret, control: 'secret', optional: true },
    { name: 'scopes', place: 'public', label: text.scopes, control: 'lines', optional: true, hint: text.scopesHint },
  ],
  totp: [username, { name: 'seed', place: 'secret', label: text.seed, control: 'secret', hint: text.totpHint }],
  fields: [],
  ssh_key: [
    { name: 'privateKey', place: 'secret', label: text.privateKey, control: 'area', hint: text.privateKeyHint },
    { name: 'passphrase', place: 'secret', label: text.passphrase, control: 'secret', optional: true },
    {
      name: 'publicKey',
      place: 'public',
      label: text.publicKey,
      control: 'area',
      optional: true,
      hint: text.publicKeyHint,
    },
  ],
  certificate: [
    { name: 'privateKey', place: 'secret', label: text.privateKey, control: 'area' },
    { name: 'chain', place: 'public', label: text.chain, control: 'area', optional: true, hint: text.chainHint },
  ],
};

const labels: Record<string, string> = { ...text };

/** What a field is called where it is shown; named values go by their own name. */
export function toFieldLabel(name: string): string {
  if (name === 'totp') return text.totpCode;
  return labels[name] ?? name;
}
