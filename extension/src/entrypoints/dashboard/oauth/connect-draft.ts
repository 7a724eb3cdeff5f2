// What is typed into the form that connects an OAuth credential, and what becomes of it.

import {
  type ConnectInput,
  connectInput,
  type DeviceConnectInput,
  deviceConnectInput,
} from '@keytrail/shared/oauth-connect';
import type { z } from 'zod';
import { strings } from '../strings.ts';
import type { OAuthTemplate } from './oauth-templates.ts';

const text = strings.oauth.form;

/** How its owner consents. */
export type ConnectWay = 'browser' | 'device';

/** Text as typed, each under the name of its field. */
export interface ConnectDraft {
  readonly way: ConnectWay;
  readonly service: string;
  readonly label: string;
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly deviceUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** One a line. */
  readonly scopes: string;
  /** From a template; not typed. */
  readonly clientAuth: ConnectInput['provider']['clientAuth'];
  readonly authorizationParameters: Readonly<Record<string, string>>;
}

export type ConnectErrors = Readonly<Partial<Record<keyof ConnectDraft | 'form', string>>>;

export const emptyConnectDraft: ConnectDraft = {
  way: 'browser',
  service: '',
  label: '',
  issuer: '',
  authorizationUrl: '',
  deviceUrl: '',
  tokenUrl: '',
  clientId: '',
  clientSecret: '',
  scopes: '',
  clientAuth: undefined,
  authorizationParameters: {},
};

export function fromTemplate(template: OAuthTemplate): ConnectDraft {
  const {
    service,
    authorizationUrl,
    tokenUrl,
    deviceUrl = '',
    clientAuth,
    scopes,
    authorizationParameters = {},
  } = template;
  const endpoints = { authorizationUrl, tokenUrl, deviceUrl };
  return {
    ...emptyConnectDraft,
    ...endpoints,
    service,
    clientAuth,
    authorizationParameters,
    scopes: scopes.join('\n'),
  };
}

export type ConnectOutcome =
  | { readonly ok: true; readonly way: 'browser'; readonly value: ConnectInput }
  | { readonly ok: true; readonly way: 'device'; readonly value: DeviceConnectInput }
  | { readonly ok: false; readonly errors: ConnectErrors };

/** A connection to start, or what is wrong with the form. */
export function toConnection(draft: ConnectDraft, redirectUri: string): ConnectOutcome {
  const { service, way } = draft;
  const label = draft.label.trim() || service.trim();
  const common = { service, label, provider: toProvider(draft) };
  if (way === 'browser') {
    const parsed = connectInput.safeParse({ ...common, redirectUri });
    return parsed.success
      ? { ok: true, way, value: parsed.data }
      : { ok: false, errors: toErrors(draft, parsed.error) };
  }
  const parsed = deviceConnectInput.safeParse(common);
  return parsed.success ? { ok: true, way, value: parsed.data } : { ok: false, errors: toErrors(draft, parsed.error) };
}

function toProvider(draft: ConnectDraft): Record<string, unknown> {
  const { issuer, authorizationUrl, deviceUrl, tokenUrl, clientId, clientSecret, clientAuth } = draft;
  const typed = { issuer, authorizationUrl, deviceUrl, tokenUrl, clientId, clientSecret };
  const filled = Object.entries(typed).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]]));
  return {
    ...Object.fromEntries(filled),
    ...(clientAuth === undefined ? {} : { clientAuth }),
    scopes: draft.scopes.split(/\s+/).filter((scope) => scope !== ''),
    authorizationParameters: draft.authorizationParameters,
  };
}

/** Puts each complaint at the field that can mend it. */
function toErrors(draft: ConnectDraft, { issues }: z.ZodError): ConnectErrors {
  const errors: Partial<Record<keyof ConnectDraft | 'form', string>> = {};
  for (const { path, message } of issues) {
    const name = String(path[0] === 'provider' ? path[1] : path[0]);
    const place = isField(draft, name) ? name : 'form';
    const typed = place === 'form' ? name : draft[place];
    const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
    errors[place] ??= typeof typed === 'string' && typed.trim() === '' ? text.required : sentence;
  }
  // An empty label is made from the service: only that is wrong.
  if (draft.label.trim() === '') delete errors.label;
  return errors;
}

function isField(draft: ConnectDraft, name: string): name is keyof ConnectDraft {
  return Object.hasOwn(draft, name);
}
