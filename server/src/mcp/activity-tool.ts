// The tool by which an agent reads its own events, and nobody else's.

import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { listOwnEvents } from '../audit/own-events.ts';
import type { Context } from '../base/context.ts';
import { verifyStanding } from '../vault/standing.ts';
import { getCaller } from './callers.ts';
import { answerTool } from './tool-answer.ts';

/** Registers `my_activity`. */
export function addActivityTool(server: McpServer, ctx: Context): void {
  server.registerTool(
    'my_activity',
    {
      title: 'My activity',
      description: 'Lists your own recorded accesses and refusals, the newest first.',
      inputSchema: z.strictObject({
        limit: z.int().min(1).max(200).default(50),
        before: z.iso
          .datetime({ precision: 6 })
          .optional()
          .describe('Only what was recorded before: recordedAt of the last one of the page before'),
      }),
      outputSchema: z.object({
        events: z.array(
          z.looseObject({
            id: z.string(),
            recordedAt: z.string(),
            type: z.string(),
            outcome: z.string(),
            service: z.string().optional(),
            rule: z.string().optional(),
          }),
        ),
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (page) =>
      answerTool(ctx, async () => {
        const agent = await verifyStanding(ctx, getCaller());
        const { events } = await listOwnEvents(ctx.db, agent, page);
        return { events };
      }),
  );
}
