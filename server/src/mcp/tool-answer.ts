// What a tool answers: values with a schema, or an error that an agent can act on.

import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Context } from '../base/context.ts';
import { DeniedError, toAppError } from '../trpc/errors.ts';

/** Runs a tool. What goes wrong is answered as a tool error with a code, a sentence and, where there is one, a time. */
export async function answerTool(ctx: Context, work: () => Promise<Record<string, unknown>>): Promise<CallToolResult> {
  try {
    const values = await work();
    // Clients from before structured content read the text.
    return { content: [{ type: 'text', text: JSON.stringify(values) }], structuredContent: values };
  } catch (cause) {
    return toToolError(ctx, cause);
  }
}

function toToolError(ctx: Context, cause: unknown): CallToolResult {
  const error = toAppError(cause);
  if (error.code === 'internal') ctx.log.error({ error: cause }, 'tool failed');
  const facts = {
    code: error.code,
    sentence: error.public,
    ...(error instanceof DeniedError ? { rule: error.rule, retryAt: error.retryAt, note: error.note } : {}),
  };
  // Text only: clients hold what is structured against the tool's schema even where it failed, and hide the refusal.
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(facts) }] };
}
