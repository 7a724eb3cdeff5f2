// What a policy must look like where it comes in: the one schema of the form, the API and the stored JSON.

import { z } from 'zod';
import { clientKinds } from './client.ts';
import { fieldName } from './credential.ts';
import { isIpRange, toIpRange } from './ip-range.ts';
import { type PolicyInput, policyModes, type Rule, targetKinds, weekdays } from './policy.ts';
import { site } from './site-schema.ts';
import { name, prose } from './text.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 09:00');

const timeZone = z.string().max(60).refine(isTimeZone, 'must be an IANA time zone such as Europe/London');

const ipRange = z
  .string()
  .max(50)
  .refine(isIpRange, 'must be an IP address or a CIDR range, such as 10.0.0.0/8')
  .transform((text) => toIpRange(text) ?? text);

/** One rule. Values are brought into the one way to write them (ranges, origins). */
export const rule = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('time_window'),
      days: z
        .array(z.enum(weekdays))
        .min(1, 'must name at least one day')
        .max(7)
        .refine(areDistinct, 'names a day twice'),
      start: clockTime,
      end: clockTime.or(z.literal('24:00')),
      timeZone,
    })
    .refine(({ start, end }) => start !== end, {
      path: ['end'],
      message: 'must differ from the start; 24:00 ends a day',
    }),
  z.strictObject({
    type: z.literal('rate_limit'),
    uses: z.int().min(1).max(100_000),
    per: z.enum(['minute', 'hour', 'day']),
    counts: z.enum(['agent', 'credential', 'both']),
  }),
  z.strictObject({ type: z.literal('ip_allowlist'), ranges: z.array(ipRange).min(1).max(100) }),
  z.strictObject({ type: z.literal('client'), kinds: z.array(z.enum(clientKinds)).min(1).max(clientKinds.length) }),
  z.strictObject({ type: z.literal('max_uses'), uses: z.int().min(1).max(1_000_000) }),
  z.strictObject({ type: z.literal('reason'), lengthMin: z.int().min(1).max(500) }),
  z.strictObject({
    type: z.literal('approval'),
    withinSeconds: z.int().min(5).max(600),
    rememberMinutes: z.int().min(0).max(1440),
  }),
  z.strictObject({ type: z.literal('fields'), fields: z.array(fieldName).min(1).max(100) }),
  z.strictObject({ type: z.literal('site'), origins: z.array(site).min(1).max(50) }),
]) satisfies z.ZodType<Rule>;

/** The rules of one policy. */
export const ruleList = z.array(rule).min(1, 'must hold at least one rule').max(20);

/** A policy as its owner writes it. */
export const policyInput = z.strictObject({
  name: name(100),
  description: prose(500).default(''),
  mode: z.enum(policyModes).default('enabled'),
  rules: ruleList,
}) satisfies z.ZodType<PolicyInput>;

export const policyTarget = z.strictObject({ kind: z.enum(targetKinds), id: z.uuid() });

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +01:00 pass in some engines and know no summer time.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
