// The tools by which an agent sees and fetches what it was granted. All of it goes through the one door to secrets.

import { service } from '@keytrail/shared/credential';
import { line, reason } from '@keytrail/shared/text';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { toCredentialAnswer } from '../trpc/agent.ts';
import { DeniedError } from '../trpc/errors.ts';
import { fetchForAgent } from '../vault/access.ts';
import { listGranted } from '../vault/granted.ts';
import type { AgentRequest } from '../vault/judge-call.ts';
import { verifyStanding } from '../vault/standing.ts';
import { getCaller } from './callers.ts';
import { answerTool } from './tool-answer.ts';

const which = {
  service: service.describe('The service as list_credentials names it, such as github'),
  label: line(100).optional().describe('Which one, where several credentials of the service are granted'),
  reason: reason
    .optional()
    .describe('What you need it for, in one sentence; the owner reads it beside the access, and some grants demand it'),
};

const redirect = z
  .object({ url: z.string(), ticket: z.string(), expiresAt: z.string() })
  .optional()
  .describe(
    'Set where the owner’s own server holds the secret: POST to url with the header x-keytrail-ticket: TICKET, once, before expiresAt; the values are in result.data.values of its answer',
  );

const reading = { readOnlyHint: true, openWorldHint: false };

/** Registers `list_credentials`, `get_credential` and `get_one_time_code`. */
export function addCredentialTools(server: McpServer, ctx: Context): void {
  addList(server, ctx);
  addFetch(server, ctx);
  addOneTimeCode(server, ctx);
}

function addList(server: McpServer, ctx: Context): void {
  server.registerTool(
    'list_credentials',
    {
      title: 'List credentials',
      description:
        'Lists the credentials that you may use now, with the fields that each releases and when the grant ends. Holds no secret and is not recorded.',
      inputSchema: z.strictObject({}),
      outputSchema: z.object({
        credentials: z.array(
          z.object({
            service: z.string(),
            label: z.string(),
            kind: z.string(),
            fields: z.array(z.string()),
            expiresAt: z.string().nullable().describe('When the grant ends; null: when it is revoked'),
          }),
        ),
      }),
      annotations: reading,
    },
    () =>
      answerTool(ctx, async () => ({ credentials: await listGranted(ctx, await verifyStanding(ctx, getCaller())) })),
  );
}

function addFetch(server: McpServer, ctx: Context): void {
  server.registerTool(
    'get_credential',
    {
      title: 'Get a credential',
      description:
        'Fetches the secret values of one credential. Every call is recorded in its owner’s audit log, refusals too. A refusal names its rule and, where it will pass, when to try again. The owner may have to approve first: `approval_pending` means that they were asked; call again and it goes on waiting. Never print the values or write them to a file.',
      inputSchema: z.strictObject({
        ...which,
        field: line(100).optional().describe('Only this field, such as password'),
      }),
      outputSchema: z.object({
        service: z.string(),
        label: z.string(),
        kind: z.string(),
        values: z.record(z.string(), z.string()).describe('The values by field name'),
        redirect,
        eventId: z.string().describe('The event that records this access'),
      }),
      annotations: { ...reading, idempotentHint: false },
    },
    (request, call) => answerTool(ctx, () => fetchCredential(ctx, request, call.mcpReq.signal)),
  );
}

function addOneTimeCode(server: McpServer, ctx: Context): void {
  server.registerTool(
    'get_one_time_code',
    {
      title: 'Get a one-time code',
      description:
        'Fetches the current code of a login or of a one-time code credential. The seed never leaves. Recorded like every access.',
      inputSchema: z.strictObject(which),
      outputSchema: z.object({
        code: z.string(),
        service: z.string(),
        label: z.string(),
        redirect,
        eventId: z.string(),
      }),
      annotations: { ...reading, idempotentHint: false },
    },
    (request, call) =>
      answerTool(ctx, async () => {
        const asked = { ...request, field: 'totp' };
        const { values, kind: _kind, ...rest } = await fetchCredential(ctx, asked, call.mcpReq.signal);
        return { code: values.totp ?? '', ...rest };
      }),
  );
}

/** MCP clients give a call up after a minute unless told otherwise; those that wait for the owner are to hear of it before. */
const waitMs = 45_000;

async function fetchCredential(ctx: Context, request: AgentRequest, signal: AbortSignal) {
  const access = await fetchForAgent(ctx, getCaller(), request, { waitMs, signal });
  if (access.outcome === 'denied') throw new DeniedError('agent', access);
  return toCredentialAnswer(access);
}
