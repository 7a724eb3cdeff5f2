// The kinds of credentials as one union: what is public, what is secret, what leaves on use.

import { z } from 'zod';
import type { RefreshSummary } from './oauth.ts';
import { oauthPublic } from './oauth-schema.ts';
import { site } from './site-schema.ts';
import { line, prose } from './text.ts';
import { totpSeed } from './totp-seed.ts';

export const credentialKinds = ['login', 'token', 'oauth', 'totp', 'fields', 'ssh_key', 'certificate'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

export const credentialKindLabels: Record<CredentialKind, string> = {
  login: 'Login',
  token: 'Token',
  oauth: 'OAuth',
  totp: 'One-time code',
  fields: 'Fields',
  ssh_key: 'SSH key',
  certificate: 'Certificate',
};

const secretText = prose(20_000).min(1);
const pem = prose(100_000).min(1);

/** A named value's name: what `.env` files and JSON keys use. */
export const fieldName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/, 'must start with a letter or _ and hold letters, digits, _ . -');

/** A service slug such as `github`: what agents ask for and the badge shows. */
export const service = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'must be a short name such as github: letters, digits, . _ -');

/** zod leaves a member called __proto__ out of a record without a word; a secret must not vanish like that. */
export function withoutProto<Value>() {
  return z.custom<Record<string, Value>>(
    (value) => typeof value === 'object' && value !== null && !Object.hasOwn(value, '__proto__'),
    'must be named values, none of them called __proto__',
  );
}

const common = {
  service,
  label: line(100),
  tags: z.array(line(50)).max(20).default([]),
  expiresAt: z.iso.datetime().nullable().default(null),
  /** Sealed like a secret. */
  notes: prose(10_000).optional(),
};

/** A credential as its owner writes it. `public` is stored readable, `secret` is sealed field by field. */
export const credentialInput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('login'),
    ...common,
    public: z.strictObject({ username: line(300).or(z.literal('')), sites: z.array(site).max(50).default([]) }),
    secret: z.strictObject({ password: secretText, totp: totpSeed.optional() }),
  }),
  z.strictObject({
    kind: z.literal('token'),
    ...common,
    public: z.strictObject({}).default({}),
    secret: z.strictObject({ value: secretText }),
  }),
  z.strictObject({
    kind: z.literal('oauth'),
    ...common,
    public: oauthPublic,
    secret: z.strictObject({
      accessToken: secretText,
      refreshToken: secretText.optional(),
      clientSecret: secretText.optional(),
    }),
  }),
  z.strictObject({
    kind: z.literal('totp'),
    ...common,
    public: z.strictObject({ username: line(300).or(z.literal('')).default('') }).default({ username: '' }),
    secret: z.strictObject({ seed: totpSeed }),
  }),
  z.strictObject({
    kind: z.literal('fields'),
    ...common,
    public: z.strictObject({}).default({}),
    secret: withoutProto<string>()
      .pipe(z.record(fieldName, secretText))
      .refine((values) => Object.keys(values).length > 0, 'must hold at least one named value')
      .refine((values) => Object.keys(values).length <= 100, 'must hold at most 100 named values')
      .refine((values) => !('notes' in values), 'a field may not be called notes'),
  }),
  z.strictObject({
    kind: z.literal('ssh_key'),
    ...common,
    public: z.strictObject({ publicKey: prose(20_000).optional() }).default({}),
    secret: z.strictObject({ privateKey: pem, passphrase: secretText.optional() }),
  }),
  z.strictObject({
    kind: z.literal('certificate'),
    ...common,
    public: z.strictObject({ chain: pem.optional() }).default({}),
    secret: z.strictObject({ privateKey: pem }),
  }),
]);
export type CredentialInput = z.infer<typeof credentialInput>;

/** How many credentials are stored in one call, which is one transaction. */
export const importBatchMax = 50;

/** Stands for a sealed secret where a whole credential is checked without opening it; passes every secret's own check. */
export const secretStandIn = 'AAAAAAAA';

/** What the server and the extension show of a credential: everything but the secrets. */
export interface CredentialSummary {
  readonly id: string;
  readonly kind: CredentialKind;
  readonly service: string;
  readonly label: string;
  readonly tags: readonly string[];
  readonly public: CredentialInput['public'];
  /** Names of the sealed fields, `notes` among them. */
  readonly secretFields: readonly string[];
  /** How the refreshing of its token stands; null for other kinds. */
  readonly refresh: RefreshSummary | null;
  /** Counts changes; an edit names the version it was made from. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
}

/** Sealed fields that never leave as they are: a seed leaves as a code, refresh material stays. */
const neverReleased: Partial<Record<CredentialKind, readonly string[]>> = {
  login: ['totp'],
  totp: ['seed'],
  oauth: ['refreshToken', 'clientSecret'],
};

/** Public members that travel with a release, because using the secret needs them. */
const releasedPublic: Partial<Record<CredentialKind, readonly string[]>> = {
  login: ['username'],
  ssh_key: ['publicKey'],
  certificate: ['chain'],
};

/**
 * The field names an access can release, given the sealed fields and the public members that exist. `totp` stands for
 * a six-digit code. Notes are the owner's and released only by name.
 */
export function releasableFields(
  kind: CredentialKind,
  secretFields: readonly string[],
  publicPart: Readonly<Record<string, unknown>>,
): string[] {
  const plain = secretFields.filter((name) => name !== 'notes' && !neverReleased[kind]?.includes(name));
  const code = (kind === 'login' && secretFields.includes('totp')) || kind === 'totp' ? ['totp'] : [];
  const travelling = (releasedPublic[kind] ?? []).filter((name) => typeof publicPart[name] === 'string');
  return [...travelling, ...plain, ...code];
}

/** The sealed field that a one-time code of this kind is made from. */
export function totpSeedField(kind: CredentialKind): 'seed' | 'totp' | null {
  if (kind === 'totp') return 'seed';
  return kind === 'login' ? 'totp' : null;
}

/** The one secret that stands for the whole credential; null where several might. */
export function findMainField(kind: CredentialKind, sealedNames: readonly string[]): string | null {
  const main = mainFields[kind];
  if (main !== undefined) return main;
  const named = sealedNames.filter((name) => name !== 'notes');
  return kind === 'fields' && named.length === 1 ? (named[0] ?? null) : null;
}

const mainFields: Partial<Record<CredentialKind, string>> = {
  token: 'value',
  oauth: 'accessToken',
  login: 'password',
  totp: 'totp',
};
