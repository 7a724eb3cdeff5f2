// The configuration: read from the environment once, validated here and nowhere else.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** The id that the manifest's key gives every Chromium build; Firefox gives each installation its own. */
const ownExtensionOrigins = ['chrome-extension://jgfpjgmjbpeilmcaiknkihnhdccogfnm', 'moz-extension://*'];

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Where people reach the server; differs from host and port behind a proxy. Null: as it listens. */
  readonly publicUrl: string | null;
  /** Null: the embedded Postgres in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Whether a starting server migrates the database at `databaseUrl`, rather than `keytrail migrate` before it. */
  readonly migrateAtStart: boolean;
  readonly dataDir: string;
  /** The master keys as `version:base64`; null: the file in `dataDir`. */
  readonly masterKeys: string | null;
  /** The key of AWS KMS that wraps master keys: id, ARN or alias. Null: none. */
  readonly kmsKeyId: string | null;
  /** For how long an unwrapped master key is held without asking AWS KMS again. */
  readonly kmsCacheMs: number;
  /** Addresses and ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly extensionOrigins: readonly string[];
  /** Hosts, as `name` or `name:port`, that proxies may call although they lie at private addresses. */
  readonly allowedUpstreams: readonly string[];
  /** For how many days events are kept. */
  readonly retentionDays: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
}

/** A wrong value of one variable; the message is one sentence that says what it must be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && `${new URL(text).origin}/` === new URL(text).href;
}

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

const environment = z.object({
  KEYTRAIL_HOST: z.string({ error: 'must be an address to listen on, such as 127.0.0.1' }).min(1).default('127.0.0.1'),
  KEYTRAIL_PORT: z.coerce
    .number({ error: 'must be a port number from 0 to 65535' })
    .int('must be a port number from 0 to 65535')
    .min(0, 'must be a port number from 0 to 65535')
    .max(65535, 'must be a port number from 0 to 65535')
    .default(4310),
  KEYTRAIL_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine(isOrigin, 'must be an http or https address without a path, such as https://keytrail.example.com')
    .transform((text) => new URL(text).origin)
    .optional(),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be an address like postgres://user:password@host:5432/name' })
    .optional(),
  KEYTRAIL_DATA_DIR: z.string().min(1, 'must be a folder').optional(),
  KEYTRAIL_MASTER_KEY: z
    .string()
    .regex(
      /^\d{1,9}:[A-Za-z0-9+/]{43}=(,\d{1,9}:[A-Za-z0-9+/]{43}=)*$/,
      'must be VERSION:BASE64 of 32 bytes, such as 1:…=',
    )
    .optional(),
  KEYTRAIL_KMS_KEY_ID: z
    .string()
    .regex(/^[\w:/-]{1,2048}$/, 'must be the id, ARN or alias of an AWS KMS key, such as alias/keytrail')
    .optional(),
  KEYTRAIL_KMS_CACHE_MINUTES: z.coerce
    .number({ error: 'must be a number of minutes from 5 to 1440' })
    .int('must be a whole number of minutes')
    .min(5, 'must be a number of minutes from 5 to 1440')
    .max(1440, 'must be a number of minutes from 5 to 1440')
    .default(60),
  KEYTRAIL_TRUSTED_PROXIES: list.refine(
    (items) => items.every((item) => ipaddr.isValid(item) || ipaddr.isValidCIDR(item)),
    'must be a comma-separated list of IP addresses or CIDR ranges, such as 10.0.0.0/8',
  ),
  KEYTRAIL_EXTENSION_ORIGINS: list.refine(
    (items) => items.every((item) => /^(chrome|moz)-extension:\/\/[a-z0-9*-]+$/.test(item)),
    'must be a comma-separated list of extension origins, such as chrome-extension://abc…',
  ),
  KEYTRAIL_ALLOWED_UPSTREAMS: list
    .transform((items) => items.map((item) => item.toLowerCase()))
    .refine(
      (items) => items.every((item) => /^([a-z0-9._-]+|[0-9a-f:]+)(:\d{1,5})?$/.test(item)),
      'must be a comma-separated list of host names, such as git.internal or git.internal:8443',
    ),
  KEYTRAIL_MIGRATE: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  KEYTRAIL_RETENTION_DAYS: z.coerce
    .number({ error: 'must be a number of days from 1 to 36500' })
    .int('must be a whole number of days')
    .min(1, 'must be a number of days from 1 to 36500')
    .max(36500, 'must be a number of days from 1 to 36500')
    .default(90),
  KEYTRAIL_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'must be fatal, error, warn, info, debug or silent',
    })
    .default('info'),
});

/** Reads the configuration. Throws a ConfigError for the first wrong variable; never repeats its value. */
export function readConfig(variables: Record<string, string | undefined> = process.env): Config {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(`${issue?.path[0]?.toString()} ${issue?.message}.`);
  }
  const values = parsed.data;
  return {
    host: values.KEYTRAIL_HOST,
    port: values.KEYTRAIL_PORT,
    publicUrl: values.KEYTRAIL_PUBLIC_URL ?? null,
    databaseUrl: values.DATABASE_URL ?? null,
    migrateAtStart: values.KEYTRAIL_MIGRATE === 'on',
    // From where the person typed the command; npm moves to the package first and says so.
    dataDir: resolve(variables.INIT_CWD ?? process.cwd(), values.KEYTRAIL_DATA_DIR ?? defaultDataDir(variables)),
    masterKeys: values.KEYTRAIL_MASTER_KEY ?? null,
    kmsKeyId: values.KEYTRAIL_KMS_KEY_ID ?? null,
    kmsCacheMs: values.KEYTRAIL_KMS_CACHE_MINUTES * 60_000,
    trustedProxies: values.KEYTRAIL_TRUSTED_PROXIES,
    extensionOrigins: [...ownExtensionOrigins, ...values.KEYTRAIL_EXTENSION_ORIGINS],
    allowedUpstreams: values.KEYTRAIL_ALLOWED_UPSTREAMS,
    retentionDays: values.KEYTRAIL_RETENTION_DAYS,
    logLevel: values.KEYTRAIL_LOG_LEVEL,
  };
}

/** The password by which the roles log in to the workers of a cluster; null where those need none. */
export function readWorkerPassword(variables: Record<string, string | undefined> = process.env): string | null {
  return variables.KEYTRAIL_WORKER_PASSWORD || null;
}

function defaultDataDir(variables: Record<string, string | undefined>): string {
  // Root's home is closed to the unprivileged user that the embedded Postgres runs as.
  if (process.getuid?.() === 0) return '/var/lib/keytrail';
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Keytrail');
  return join(variables.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'keytrail');
}
