// The tool by which an agent asks its owner for a grant.

import { grantDurations } from '@keytrail/shared/access-request';
import { fieldName, service } from '@keytrail/shared/credential';
import { line, reason } from '@keytrail/shared/text';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { DeniedError } from '../trpc/errors.ts';
import { requestAccess } from '../vault/access-requests.ts';
import { getCaller } from './callers.ts';
import { answerTool } from './tool-answer.ts';

/** Registers `request_access`. */
export function addAccessRequestTool(server: McpServer, ctx: Context): void {
  server.registerTool(
    'request_access',
    {
      title: 'Request access',
      description:
        'Asks the owner to grant you a credential that list_credentials does not show. They choose which one, which fields and until when; fetch it by the service and label of the answer. `approval_pending` means that they were asked and have not answered: call again with the same words and it goes on waiting, for up to a day. A refusal may carry a note; do not ask again unless it says so.',
      inputSchema: z.strictObject({
        service: service.describe('The service that you need a credential of, such as github'),
        label: line(100).optional().describe('Which one, where you know its name'),
        fields: z.array(fieldName).min(1).max(20).optional().describe('Only these fields, such as password'),
        reason: reason.describe('What you need it for, in one sentence: the owner decides by it'),
        duration: z.enum(grantDurations).optional().describe('For how long you need it'),
      }),
      outputSchema: z.object({
        service: z.string(),
        label: z.string(),
        kind: z.string(),
        fields: z.array(z.string()).describe('The fields that the grant releases'),
        expiresAt: z.string().nullable().describe('When the grant ends; null: when it is revoked'),
        note: z.string().nullable().describe('What the owner said with the answer'),
      }),
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    (ask, call) =>
      answerTool(ctx, async () => {
        const access = await requestAccess(ctx, getCaller(), ask, { signal: call.mcpReq.signal });
        if (access.outcome === 'denied') throw new DeniedError('agent', access);
        return { ...access.granted, note: access.note };
      }),
  );
}
