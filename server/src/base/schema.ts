// The tables as Drizzle sees them. Partitions, row-level security, roles, triggers and functions are in the
// hand-written migrations beside the generated ones.

import { accessRequestStatuses, grantDurations } from '@keytrail/shared/access-request';
import { alertKinds } from '@keytrail/shared/alert';
import { approvalAnswers, approvalStatuses } from '@keytrail/shared/approval';
import { clientKinds } from '@keytrail/shared/client';
import { credentialKinds } from '@keytrail/shared/credential';
import type { EventDraft, EventFilter, RefreshErrorClass } from '@keytrail/shared/event';
import { policyModes, type Rule, targetKinds } from '@keytrail/shared/policy';
import { type ProxyInput, proxyKinds } from '@keytrail/shared/proxy';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  inet,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const bits = customType<{ data: string }>({ dataType: () => 'bit varying' });
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 6, mode: 'date' });

/** A person. better-auth writes it; its id is the account id everywhere else. */
export const accounts = pgTable('accounts', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    token: text('token').notNull().unique(),
    userId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [index('sessions_account').on(table.userId)],
);

/** How a person proves who they are: a password hash, or an account elsewhere. */
export const identities = pgTable(
  'identities',
  {
    id: uuid('id').primaryKey(),
    accountId: text('external_id').notNull(),
    providerId: text('provider').notNull(),
    userId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    refreshTokenExpiresAt: instant('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password_hash'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [index('identities_account').on(table.userId)],
);

export const verifications = pgTable('verifications', {
  id: uuid('id').primaryKey(),
  identifier: text('identifier').notNull(),
  value: text('value').notNull(),
  expiresAt: instant('expires_at').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

/** Sign-in attempts, counted in the database so that the limit holds over several nodes. */
export const signInLimits = pgTable('sign_in_limits', {
  id: uuid('id').primaryKey(),
  key: text('key').notNull().unique(),
  count: integer('count').notNull(),
  lastRequest: bigint('last_request', { mode: 'number' }).notNull(),
});

/** Keys of devices by which their owner opens a locked vault: WebAuthn credentials. */
export const passkeys = pgTable(
  'passkeys',
  {
    accountId: uuid('account_id').notNull(),
    /** As the device calls it, base64url. */
    id: text('id').notNull(),
    name: text('name').notNull(),
    publicKey: bytea('public_key').notNull(),
    /** Uses that the device counts, if it does: a copy of it would fall behind. */
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: jsonb('transports').$type<string[]>().notNull(),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

/** Facts about this installation, such as its sealed secret, and whether accounts are distributed. */
export const serverFacts = pgTable('server_facts', {
  name: text('name').primaryKey(),
  value: bytea('value').notNull(),
});

/**
 * The versions of the master key, without the keys: those lie in the environment or a file (`given`), or here as a key
 * management service has wrapped them (`kms`). Of the versions that are not retired, the one that began to seal last seals.
 */
export const masterKeys = pgTable('master_keys', {
  version: integer('version').primaryKey(),
  kind: text('kind', { enum: ['given', 'kms'] }).notNull(),
  /** Tells one key from another, and says nothing about either. */
  fingerprint: bytea('fingerprint').notNull(),
  wrapped: bytea('wrapped'),
  /** The key of the service that wrapped it. */
  kmsKeyId: text('kms_key_id'),
  createdAt: instant('created_at').notNull().defaultNow(),
  /** Null: nothing was sealed with it yet. */
  sealingSince: instant('sealing_since'),
  retiredAt: instant('retired_at'),
});

/** The servers at work: which versions of the master key each holds, and which it seals with. Written by `note_node` only. */
export const nodes = pgTable('nodes', {
  id: uuid('id').primaryKey(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  versions: integer('versions').array().notNull(),
  /** Null before it is ready. */
  sealing: integer('sealing'),
  seenAt: instant('seen_at').notNull(),
});

/** That an account's log says under which version its secrets were re-wrapped: once for each. */
export const rewraps = pgTable(
  'rewraps',
  {
    accountId: uuid('account_id').notNull(),
    version: integer('version').notNull(),
    recordedAt: instant('recorded_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.version] })],
);

/**
 * One sealed field: its box (base64 in JSON) and the credential version it was sealed under. Without a box it is the owner's
 * webhook that holds the secret; all fields of a credential lie in one place.
 */
export interface SealedField {
  readonly version: number;
  readonly box: string | null;
}

/** How the refreshing of a token stands. Instants as ISO 8601. */
export interface RefreshState {
  /** Under way, on whichever node; over once the lease has ended without an answer. */
  readonly attempt: RefreshAttempt | null;
  readonly refreshedAt: string | null;
  readonly failures: number;
  readonly failingSince: string | null;
  /** Not before; null while nothing fails. */
  readonly retryAt: string | null;
  readonly errorClass: RefreshErrorClass | null;
  /** Of the last attempt that ended; what waited for it is tied to it. */
  readonly correlationId: string | null;
  /** No attempt can succeed until the owner has connected it anew; in words, why. */
  readonly reconnectNeeded: string | null;
  /** Since when the owner's webhook has acknowledged that it will renew it; absent or null while nothing is waited for. */
  readonly waitingSince?: string | null;
  /** The provider gave a new pair that the owner's webhook could not be told: the old one may be of no use. */
  readonly pairLost?: boolean;
}

/** Who renews a token that the owner's webhook holds: the webhook, once it is told, or Keytrail, for the webhook to store. */
export type RefreshWay = 'delegated' | 'mediated';

export interface RefreshAttempt {
  readonly id: string;
  /** Absent: Keytrail holds the token itself. */
  readonly way?: RefreshWay;
  readonly leaseUntil: string;
  /** An earlier attempt with the same refresh token was cut off. */
  readonly afterCutOff: boolean;
  /** What the event of this attempt says of who asked. */
  readonly draft: Omit<EventDraft, 'type' | 'outcome'>;
}

export const credentials = pgTable(
  'credentials',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind', { enum: credentialKinds }).notNull(),
    service: text('service').notNull(),
    label: text('label').notNull(),
    tags: jsonb('tags').$type<string[]>().notNull(),
    public: jsonb('public').$type<Record<string, unknown>>().notNull(),
    sealed: jsonb('sealed').$type<Record<string, SealedField>>().notNull(),
    version: integer('version').notNull(),
    /** Of a token that can be refreshed, once it was tried. */
    refresh: jsonb('refresh').$type<RefreshState>(),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('credentials_service_label').on(table.accountId, table.service, table.label),
    // For the job that looks for what is about to expire, in every account.
    index('credentials_expiring').on(table.expiresAt).where(sql`expires_at is not null`),
  ],
);

export const agents = pgTable(
  'agents',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    status: text('status', { enum: ['active', 'suspended'] }).notNull(),
    lastUsedAt: instant('last_used_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('agents_name').on(table.accountId, table.name),
  ],
);

export const agentKeys = pgTable(
  'agent_keys',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    agentId: uuid('agent_id').notNull(),
    /** The row of a connection holds the access token that its client got last, in place of a key. */
    kind: text('kind', { enum: ['key', 'connection'] })
      .notNull()
      .default('key'),
    /** SHA-256 of the key: 256 random bits need no slow hash. */
    hash: bytea('hash').notNull(),
    hint: text('hint').notNull(),
    /** What the program that holds it calls itself, where its protocol has it say so. */
    clientName: text('client_name'),
    createdAt: instant('created_at').notNull(),
    /** From then on it no longer works; may lie ahead, while its successor already works. */
    revokedAt: instant('revoked_at'),
    /** When an access token runs out; its client gets the next one by refreshing. Null for a key. */
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('agent_keys_hash').on(table.accountId, table.hash),
    // One key of an agent has no end; those that it replaced may work on for a while.
    uniqueIndex('agent_keys_standing')
      .on(table.accountId, table.agentId)
      .where(sql`${table.revokedAt} is null and ${table.kind} = 'key'`),
    foreignKey({ columns: [table.accountId, table.agentId], foreignColumns: [agents.accountId, agents.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** Keys of agents that were removed, so that whoever still uses one is in the log: kept as long as the events. */
export const endedKeys = pgTable(
  'ended_keys',
  {
    accountId: uuid('account_id').notNull(),
    /** As in `agent_keys`. */
    hash: bytea('hash').notNull(),
    keyId: uuid('key_id').notNull(),
    agentId: uuid('agent_id').notNull(),
    /** The name that it had. */
    agentName: text('agent_name').notNull(),
    endedAt: instant('ended_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.hash] })],
);

/** What goes with the key row of a connection: who was let in, and how it gets its next tokens. */
export const agentConnections = pgTable(
  'agent_connections',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    /** SHA-256 of the client's id, which holds all that it registered with. */
    clientHash: bytea('client_hash').notNull(),
    /** What the client called itself when it registered. */
    clientName: text('client_name').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    codeHash: bytea('code_hash').notNull(),
    /** RFC 7636 §4.2, by S256. */
    codeChallenge: text('code_challenge').notNull(),
    codeExpiresAt: instant('code_expires_at').notNull(),
    codeUsedAt: instant('code_used_at'),
    /** SHA-256 of what all refresh tokens of this connection have in common. Null until the code was used. */
    familyHash: bytea('family_hash'),
    refreshHash: bytea('refresh_hash'),
    refreshedAt: instant('refreshed_at'),
    /** Unless it is refreshed before. */
    endsAt: instant('ends_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('agent_connections_code').on(table.accountId, table.codeHash),
    uniqueIndex('agent_connections_family').on(table.accountId, table.familyHash),
    foreignKey({ columns: [table.accountId, table.id], foreignColumns: [agentKeys.accountId, agentKeys.id] }).onDelete(
      'cascade',
    ),
  ],
);

export const grants = pgTable(
  'grants',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    agentId: uuid('agent_id').notNull(),
    credentialId: uuid('credential_id').notNull(),
    fields: jsonb('fields').$type<string[]>(),
    /** Whether the agent must say what for. */
    reasonRequired: boolean('reason_required').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    // At most one grant of a pair stands at a time; a new one revokes the old one.
    uniqueIndex('grants_standing')
      .on(table.accountId, table.agentId, table.credentialId)
      .where(sql`${table.revokedAt} is null`),
    index('grants_credential').on(table.accountId, table.credentialId),
    // Looked through across accounts, for those that end soon.
    index('grants_ending').on(table.expiresAt).where(sql`revoked_at is null`),
    foreignKey({ columns: [table.accountId, table.agentId], foreignColumns: [agents.accountId, agents.id] }).onDelete(
      'cascade',
    ),
    foreignKey({
      columns: [table.accountId, table.credentialId],
      foreignColumns: [credentials.accountId, credentials.id],
    }).onDelete('cascade'),
  ],
);

/** Policies: `rules` holds what `policy-schema.ts` has checked. */
export const policies = pgTable(
  'policies',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    mode: text('mode', { enum: policyModes }).notNull(),
    rules: jsonb('rules').$type<Rule[]>().notNull(),
    version: integer('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('policies_name').on(table.accountId, table.name),
  ],
);

/** Upstreams that are called with a credential injected. */
export const proxies = pgTable(
  'proxies',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind', { enum: proxyKinds }).notNull(),
    name: text('name').notNull(),
    upstreamUrl: text('upstream_url').notNull(),
    /** Of no foreign key: a proxy whose credential was removed stays and refuses. */
    credentialId: uuid('credential_id'),
    headers: jsonb('headers').$type<ProxyInput['headers']>().notNull(),
    query: jsonb('query').$type<ProxyInput['query']>().notNull(),
    basicAuth: jsonb('basic_auth').$type<ProxyInput['basicAuth']>(),
    toolAccess: jsonb('tool_access').$type<ProxyInput['toolAccess']>().notNull(),
    routes: jsonb('routes').$type<ProxyInput['routes']>().notNull(),
    keyInUrl: boolean('key_in_url').notNull(),
    enabled: boolean('enabled').notNull(),
    version: integer('version').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('proxies_name').on(table.accountId, table.kind, table.name),
  ],
);

/** As the keys of agents. */
export const proxyKeys = pgTable(
  'proxy_keys',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    proxyId: uuid('proxy_id').notNull(),
    hash: bytea('hash').notNull(),
    hint: text('hint').notNull(),
    clientName: text('client_name'),
    createdAt: instant('created_at').notNull(),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('proxy_keys_hash').on(table.accountId, table.hash),
    uniqueIndex('proxy_keys_standing').on(table.accountId, table.proxyId).where(sql`${table.revokedAt} is null`),
    foreignKey({ columns: [table.accountId, table.proxyId], foreignColumns: [proxies.accountId, proxies.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** Which policy binds what: an agent, a proxy or a credential. */
export const policyAttachments = pgTable(
  'policy_attachments',
  {
    accountId: uuid('account_id').notNull(),
    targetKind: text('target_kind', { enum: targetKinds }).notNull(),
    targetId: uuid('target_id').notNull(),
    policyId: uuid('policy_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'policy_attachments_pk',
      columns: [table.accountId, table.targetKind, table.targetId, table.policyId],
    }),
    index('policy_attachments_policy').on(table.accountId, table.policyId),
    foreignKey({
      name: 'policy_attachments_policy_fk',
      columns: [table.accountId, table.policyId],
      foreignColumns: [policies.accountId, policies.id],
    }).onDelete('cascade'),
  ],
);

/** How often what a key names was used: a grant, or what a rate limit counts. Moves with the event of the use. */
export const useCounters = pgTable(
  'use_counters',
  {
    accountId: uuid('account_id').notNull(),
    key: text('key').notNull(),
    uses: bigint('uses', { mode: 'number' }).notNull(),
    lastUsedAt: instant('last_used_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.key] })],
);

/** When the n-th use of a counter was, for as long as any rate limit looks back. A row a use, so it is kept short. */
export const useTimes = pgTable(
  'use_times',
  {
    accountId: uuid('account_id').notNull(),
    /** The first half of the SHA-256 of the counter's key, which is several times as long. */
    counter: uuid('counter').notNull(),
    n: bigint('n', { mode: 'number' }).notNull(),
    usedAt: instant('used_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.counter, table.n] }),
    index('use_times_used_at').using('brin', table.usedAt),
  ],
);

/** Denials of a flood that are alike, counted here until they are recorded as one event. */
export const denialFolds = pgTable(
  'denial_folds',
  {
    accountId: uuid('account_id').notNull(),
    /** What makes them alike, hashed. */
    fold: text('fold').notNull(),
    /** What they all say. */
    draft: jsonb('draft').$type<EventDraft>().notNull(),
    count: integer('count').notNull(),
    firstAt: instant('first_at').notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.fold] })],
);

/** Requests for the owner's word. Names are copied in, so that an answer reads the same after a removal. */
export const approvals = pgTable(
  'approvals',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    status: text('status', { enum: approvalStatuses }).notNull(),
    /** An agent asks, by a grant, or a proxy. */
    agentId: uuid('agent_id'),
    agentName: text('agent_name'),
    grantId: uuid('grant_id'),
    proxyId: uuid('proxy_id'),
    proxyName: text('proxy_name'),
    keyHint: text('key_hint'),
    tool: text('tool'),
    upstreamHost: text('upstream_host'),
    keyId: uuid('key_id').notNull(),
    /** Null where a proxy injects nothing. */
    credentialId: uuid('credential_id'),
    credentialLabel: text('credential_label'),
    service: text('service'),
    fields: jsonb('fields').$type<string[]>().notNull(),
    reason: text('reason'),
    client: text('client', { enum: clientKinds }).notNull(),
    clientName: text('client_name'),
    clientIp: text('client_ip'),
    userAgent: text('user_agent'),
    policies: jsonb('policies').$type<{ id: string; name: string }[]>().notNull(),
    correlationId: uuid('correlation_id').notNull(),
    requestedAt: instant('requested_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    rememberMinutes: integer('remember_minutes').notNull(),
    answer: text('answer', { enum: approvalAnswers }),
    answeredAt: instant('answered_at'),
    answeredFrom: text('answered_from'),
    note: text('note'),
    /** An answer for longer than one use is good until then. */
    holdsUntil: instant('holds_until'),
    /** When the answer first reached who asked: one for one use is good until then, and so is a refusal. */
    usedAt: instant('used_at'),
    /** Calls through a proxy that their client has cancelled while they waited. */
    givenUp: jsonb('given_up').$type<{ call: string; atMs: number }[]>().notNull().default([]),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    index('approvals_pair').on(table.accountId, table.agentId, table.credentialId, table.requestedAt),
    index('approvals_proxy').on(table.accountId, table.proxyId, table.requestedAt).where(sql`proxy_id is not null`),
    check(
      'approvals_asker',
      sql`(agent_id is not null and agent_name is not null and grant_id is not null and credential_id is not null
          and proxy_id is null)
        or (proxy_id is not null and proxy_name is not null and key_hint is not null and tool is not null
          and upstream_host is not null and agent_id is null)`,
    ),
    index('approvals_waiting').on(table.accountId, table.expiresAt).where(sql`status = 'waiting'`),
  ],
);

/** Requests for grants: what an agent asked for in its own words, and what its owner answered. */
export const accessRequests = pgTable(
  'access_requests',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    status: text('status', { enum: accessRequestStatuses }).notNull(),
    agentId: uuid('agent_id').notNull(),
    agentName: text('agent_name').notNull(),
    keyId: uuid('key_id').notNull(),
    service: text('service').notNull(),
    label: text('label'),
    fields: jsonb('fields').$type<string[]>(),
    reason: text('reason').notNull(),
    duration: text('duration', { enum: grantDurations }),
    client: text('client', { enum: clientKinds }).notNull(),
    clientName: text('client_name'),
    clientIp: text('client_ip'),
    userAgent: text('user_agent'),
    correlationId: uuid('correlation_id').notNull(),
    requestedAt: instant('requested_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    answeredAt: instant('answered_at'),
    answeredFrom: text('answered_from'),
    note: text('note'),
    /** No reference: what was answered stays true when the grant has gone. */
    grantId: uuid('grant_id'),
    grantedDuration: text('granted_duration', { enum: grantDurations }),
    /** When a refusal reached the agent: who asks after that asks anew. */
    toldAt: instant('told_at'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    index('access_requests_waiting').on(table.accountId, table.expiresAt).where(sql`status = 'waiting'`),
    index('access_requests_agent').on(table.accountId, table.agentId, table.requestedAt),
    index('access_requests_answered').on(table.accountId, table.answeredAt),
    foreignKey({ columns: [table.accountId, table.agentId], foreignColumns: [agents.accountId, agents.id] }).onDelete(
      'cascade',
    ),
  ],
);

export const alerts = pgTable(
  'alerts',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind', { enum: alertKinds }).notNull(),
    /** Alerts of one cause are at least a minute apart. */
    cause: text('cause').notNull(),
    subject: text('subject').notNull(),
    sentence: text('sentence').notNull(),
    agentId: uuid('agent_id'),
    proxyId: uuid('proxy_id'),
    credentialId: uuid('credential_id'),
    filter: jsonb('filter').$type<EventFilter>().notNull(),
    eventId: uuid('event_id'),
    createdAt: instant('created_at').notNull(),
    seenAt: instant('seen_at'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    index('alerts_created_at').on(table.accountId, table.createdAt),
    index('alerts_cause').on(table.accountId, table.cause, table.createdAt),
    index('alerts_unseen').on(table.accountId).where(sql`seen_at is null`),
  ],
);

/** What has been seen before, such as the addresses of an agent: the first time is news, the second is not. */
export const alertMarks = pgTable(
  'alert_marks',
  {
    accountId: uuid('account_id').notNull(),
    mark: text('mark').notNull(),
    markedAt: instant('marked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.mark] })],
);

/** How far an account's log has been read for alerts. */
export const alertCursors = pgTable('alert_cursors', {
  accountId: uuid('account_id').primaryKey(),
  nextSeq: bigint('next_seq', { mode: 'number' }).notNull(),
  /** What a later event is judged by, such as a burst under way; `agents/alert-state.ts` reads it. */
  state: jsonb('state').$type<unknown>().notNull().default({}),
});

/** Kinds of alerts that the owner does not want, of everyone, of one agent or of one proxy ('' stands for all). */
export const alertMutes = pgTable(
  'alert_mutes',
  {
    accountId: uuid('account_id').notNull(),
    kind: text('kind', { enum: alertKinds }).notNull(),
    /** Empty where it is of every agent and proxy, or of a proxy. */
    agentId: text('agent_id').notNull(),
    proxyId: text('proxy_id').notNull().default(''),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.kind, table.agentId, table.proxyId] })],
);

/** Vaults that their owners have locked. */
export const vaultLocks = pgTable('vault_locks', {
  accountId: uuid('account_id').primaryKey(),
  lockedAt: instant('locked_at').notNull(),
});

/** The owner's own server, which holds the vault in webhook mode. At most one an account. */
export const webhooks = pgTable('webhooks', {
  accountId: uuid('account_id').primaryKey(),
  /** What its boxes are bound to. */
  id: uuid('id').notNull(),
  /** The one-time code that is on offer (`code`) and the shared secret (`secret`), once there is one. */
  sealed: jsonb('sealed').$type<Record<string, SealedField>>().notNull(),
  /** Where it is; null before the first binding. */
  url: text('url'),
  boundAt: instant('bound_at'),
  /** A binding on offer: where, where receipts shall go, and until when. */
  offerUrl: text('offer_url'),
  receiptsUrl: text('receipts_url'),
  codeExpiresAt: instant('code_expires_at'),
  /** Where secrets belong. What is not there yet is on its way, while `moveId` says so. */
  mode: text('mode', { enum: ['platform', 'webhook'] }).notNull(),
  /** Ties the events of a move together; null when none is under way. */
  moveId: uuid('move_id'),
  /** In words, why the move does not go on; null while it does. */
  moveError: text('move_error'),
  /** When it was last seen to answer, or not to; since when it does not, and what it did instead. */
  checkedAt: instant('checked_at'),
  failingSince: instant('failing_since'),
  lastFault: text('last_fault'),
  /** What it offers, as it said last. */
  capabilities: jsonb('capabilities').$type<string[]>().notNull().default([]),
  /** Whether Keytrail may exchange refresh tokens that it holds: the owner's own word. */
  mediated: boolean('mediated').notNull().default(false),
});

/** One row per log: the next sequence number and the newest recorded-at. Written by the functions that append, and `settings_version` by triggers. */
export const heads = pgTable('heads', {
  accountId: uuid('account_id').primaryKey(),
  /** Random: names the log in proofs without naming the account. */
  logId: bytea('log_id').notNull(),
  nextSeq: bigint('next_seq', { mode: 'number' }).notNull(),
  lastRecordedAt: instant('last_recorded_at').notNull(),
  /** Another one after each transaction that changes what accesses are decided by; kept by triggers. */
  settingsVersion: bigint('settings_version', { mode: 'bigint' }).notNull().default(sql`0`),
});

/**
 * The events, partitioned by week of `recorded_at`. `line` is the event, byte for byte; the other columns are
 * read out of it by `append_batch` for filtering. The primary key carries `facet` along (INCLUDE, which Drizzle cannot
 * say), so that walking the log under a filter does not touch the rows.
 */
export const events = pgTable(
  'events',
  {
    accountId: uuid('account_id').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    id: uuid('id').notNull(),
    agentId: uuid('agent_id'),
    credentialId: uuid('credential_id'),
    proxyId: uuid('proxy_id'),
    correlationId: uuid('correlation_id'),
    /** A hash of all that filters look at but the stated reason: events of one facet pass the same filters. */
    facet: bigint('facet', { mode: 'bigint' }).notNull(),
    type: text('type').notNull(),
    source: text('source').notNull(),
    outcome: text('outcome').notNull(),
    client: text('client'),
    service: text('service'),
    clientIp: inet('client_ip'),
    leafHash: bytea('leaf_hash').notNull(),
    line: text('line').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.recordedAt] }),
    index('events_facet').on(table.accountId, table.facet, table.recordedAt),
    index('events_correlation').on(table.accountId, table.correlationId).where(sql`correlation_id is not null`),
    // Refusals that stand for several. Few, and what makes a row one of them is asked of refusals only.
    index('events_counted_denials')
      .on(table.accountId, table.recordedAt)
      .where(sql`outcome = 'denied' and strpos(line, ',"count":') > 0`),
  ],
);

/**
 * Every facet that an account's log holds, with what its events have in common. Like the four tables below it is
 * derived from the events by `roll_up_events`, covers them up to `event_rollups.rolled_until`, and can be made again.
 */
export const eventFacets = pgTable(
  'event_facets',
  {
    accountId: uuid('account_id').notNull(),
    facet: bigint('facet', { mode: 'bigint' }).notNull(),
    /** Which bit stands for it in the two tables below, from 0. Given to another when it is gone. */
    place: integer('place').notNull(),
    agentId: uuid('agent_id'),
    credentialId: uuid('credential_id'),
    proxyId: uuid('proxy_id'),
    policyIds: uuid('policy_ids').array(),
    type: text('type').notNull(),
    source: text('source').notNull(),
    outcome: text('outcome').notNull(),
    client: text('client'),
    service: text('service'),
    clientIp: inet('client_ip'),
    rule: text('rule'),
    agentName: text('agent_name'),
    credentialLabel: text('credential_label'),
    proxyName: text('proxy_name'),
    /** What a text filter looks through, one member a line, in lower case. */
    words: text('words').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
    /** How many of them state a reason. */
    reasons: bigint('reasons', { mode: 'number' }).notNull(),
    firstAt: instant('first_at').notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.facet] }),
    uniqueIndex('event_facets_place').on(table.accountId, table.place),
  ],
);

/** What a filter may ask for, and a bit for each facet that has it. Bits beyond the last are zeros. */
export const eventMembers = pgTable(
  'event_members',
  {
    accountId: uuid('account_id').notNull(),
    /** A column of `event_facets`, or `text` for what a text filter looks through. */
    member: text('member').notNull(),
    value: text('value').notNull(),
    places: bits('places').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.member, table.value] })],
);

/** Which facets have events in a span of six hours, and which of them state a reason there. */
export const eventSpans = pgTable(
  'event_spans',
  {
    accountId: uuid('account_id').notNull(),
    /** Where it begins: at 0, 6, 12 or 18 o'clock of UTC. */
    span: instant('span').notNull(),
    /** How many events there are. */
    count: integer('count').notNull(),
    places: bits('places').notNull(),
    /** How many of the events state a reason. */
    reasons: integer('reasons').notNull(),
    reasoned: bits('reasoned').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.span] })],
);

/** How many events of a facet fall into each half hour: the days of nearly every time zone are made of those. */
export const eventSlots = pgTable(
  'event_slots',
  {
    accountId: uuid('account_id').notNull(),
    facet: bigint('facet', { mode: 'bigint' }).notNull(),
    slot: instant('slot').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.facet, table.slot] }),
    index('event_slots_slot').on(table.accountId, table.slot),
  ],
);

/** Stated reasons in lower case, for text filters: they differ from event to event, so no facet holds them. */
export const eventReasons = pgTable(
  'event_reasons',
  {
    accountId: uuid('account_id').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    facet: bigint('facet', { mode: 'bigint' }).notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.recordedAt] }),
    index('event_reasons_facet').on(table.accountId, table.facet, table.recordedAt),
  ],
);

/** How far the five tables above have come, and before when an account's events are pruned. */
export const eventRollups = pgTable('event_rollups', {
  accountId: uuid('account_id').primaryKey(),
  rolledUntil: instant('rolled_until').notNull(),
  /** How many events the facets count. */
  count: bigint('count', { mode: 'number' }).notNull(),
  /** How many places facets have been given. */
  places: integer('places').notNull().default(0),
  /** Those of them that are free again. */
  sparePlaces: integer('spare_places').array().notNull().default([]),
  prunedUntil: instant('pruned_until').notNull(),
});

/** One row: for how many days the events are kept. Set as the owner when the server starts. */
export const eventRetention = pgTable('event_retention', {
  one: boolean('one').primaryKey(),
  days: integer('days').notNull(),
});

/** Views of the audit log that a person has named. */
export const savedViews = pgTable(
  'saved_views',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    search: text('search').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.id] }),
    uniqueIndex('saved_views_name').on(table.accountId, table.name),
  ],
);
