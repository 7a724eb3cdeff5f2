// What an event and a filter must look like where they come in: the one place that checks them.

import { z } from 'zod';
import { clientKinds } from './client.ts';
import {
  denialRules,
  type EventBody,
  type EventFilter,
  eventActions,
  eventOutcomes,
  eventSources,
  eventTypes,
  refreshErrorClasses,
} from './event.ts';
import { isIpRange, toIpRange } from './ip-range.ts';
import { line, recordedLine } from './text.ts';

const instant = z.iso.datetime({ precision: 3 });
const seq = z.int().nonnegative();

/** The body of an event, as it goes into the log. */
export const eventBody = z.strictObject({
  id: z.uuid(),
  salt: z.string().length(22),
  occurredAt: instant,
  type: z.enum(eventTypes),
  action: z.enum(eventActions),
  source: z.enum(eventSources),
  outcome: z.enum(eventOutcomes),
  title: recordedLine(200),
  service: recordedLine(100).optional(),
  credentialId: z.uuid().optional(),
  credentialLabel: recordedLine(200).optional(),
  fields: z.array(recordedLine(100)).max(100).optional(),
  agentId: z.uuid().optional(),
  agentName: recordedLine(200).optional(),
  keyId: z.uuid().optional(),
  grantId: z.uuid().optional(),
  proxyId: z.uuid().optional(),
  proxyName: recordedLine(200).optional(),
  tool: recordedLine(300).optional(),
  upstreamHost: recordedLine(260).optional(),
  upstreamStatus: seq.optional(),
  durationMs: seq.optional(),
  bytes: seq.optional(),
  policyIds: z.array(z.uuid()).max(100).optional(),
  decidingPolicyId: z.uuid().optional(),
  policyName: recordedLine(100).optional(),
  observedPolicyIds: z.array(z.uuid()).max(100).optional(),
  observedRules: z.array(z.enum(denialRules)).max(100).optional(),
  approvalId: z.uuid().optional(),
  rule: z.enum(denialRules).optional(),
  retryAt: instant.optional(),
  reason: recordedLine(500).optional(),
  siteOrigin: recordedLine(300).optional(),
  frameOrigin: recordedLine(300).optional(),
  userAgent: recordedLine(400).optional(),
  client: z.enum(clientKinds).optional(),
  clientName: recordedLine(100).optional(),
  clientIp: recordedLine(60).optional(),
  deviceId: z.uuid().optional(),
  deviceSeq: seq.optional(),
  correlationId: z.uuid().optional(),
  count: seq.optional(),
  firstSeq: seq.optional(),
  lastSeq: seq.optional(),
  errorClass: z.enum(refreshErrorClasses).optional(),
  note: recordedLine(500).optional(),
}) satisfies z.ZodType<EventBody>;

const ids = z.array(z.uuid()).max(50).optional();

/** A filter as a client sends it. */
export const eventFilter = z.strictObject({
  types: z.array(z.enum(eventTypes)).max(10).optional(),
  sources: z.array(z.enum(eventSources)).max(10).optional(),
  services: z.array(z.string().max(100)).max(50).optional(),
  agentIds: ids,
  credentialIds: ids,
  proxyIds: ids,
  policyIds: ids,
  outcomes: z.array(z.enum(eventOutcomes)).max(10).optional(),
  clients: z.array(z.enum(clientKinds)).max(10).optional(),
  rules: z.array(z.enum(denialRules)).max(50).optional(),
  ips: z
    .array(
      z
        .string()
        .max(50)
        .refine(isIpRange, 'must be an IP address or a CIDR range, such as 10.0.0.0/8')
        // A mapped IPv4 range means the same to a database only when it is written as IPv4.
        .transform((text) => toIpRange(text) ?? text),
    )
    .max(20)
    .optional(),
  text: line(200).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
}) satisfies z.ZodType<EventFilter>;
