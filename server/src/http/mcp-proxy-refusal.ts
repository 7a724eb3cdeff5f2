// How the MCP proxy refuses: as JSON-RPC, so that the client hands the reason to whoever called.

import { AppError } from '@keytrail/shared/errors';
import type { Response } from 'express';
import type { Context } from '../base/context.ts';
import { isBegun, toEvent } from '../proxy/begun-answer.ts';
import { type JsonRpcId, refusedCode } from '../proxy/mcp-messages.ts';
import type { Denied } from '../vault/denial.ts';
import { setRefusalHeaders, toRefusalFacts, toRefusalStatus } from './proxy-caller.ts';

/** A refusal as JSON-RPC, for every message that waits for an answer, so that clients hand it to whoever called. */
export function refuse(ctx: Context, response: Response, refusal: Denied | AppError, ids: readonly JsonRpcId[]): void {
  if (refusal instanceof AppError && refusal.code === 'internal') {
    ctx.log.error({ error: refusal }, 'proxied MCP request failed');
  }
  const facts = toRefusalFacts(refusal);
  const errors = (ids.length === 0 ? [null] : ids).map((id) => toError(id, facts));
  if (isBegun(response)) return void response.end(errors.map(toEvent).join(''));
  if (response.headersSent) return void response.destroy();
  setRefusalHeaders(ctx, response, refusal);
  // To what waits for an answer, a denial is the answer, and so is that there is none yet; only where nothing does the status
  // says it.
  const isAnswer =
    (!(refusal instanceof AppError) || refusal.code === 'approval_pending') && ids.length > 0 && ids[0] !== null;
  response.status(isAnswer ? 200 : toRefusalStatus(refusal));
  response.json(toBody(errors));
}

/** Calls that were refused, each with its reason; nothing beside them is carried out, so that a batch happens whole or not. */
export function refuseCalls(
  ctx: Context,
  response: Response,
  refusals: ReadonlyMap<JsonRpcId, Denied>,
  ids: readonly JsonRpcId[],
): void {
  const beside = { code: 'conflict', sentence: 'Not carried out: another call beside it was refused.' };
  const errors = ids.map((id) => {
    const refusal = refusals.get(id);
    return toError(id, refusal === undefined ? beside : toRefusalFacts(refusal));
  });
  if (isBegun(response)) return void response.end(errors.map(toEvent).join(''));
  const [first] = refusals.values();
  if (first !== undefined) setRefusalHeaders(ctx, response, first);
  response.json(toBody(errors));
}

function toError(id: JsonRpcId, facts: ReturnType<typeof toRefusalFacts>) {
  return { jsonrpc: '2.0', id, error: { code: refusedCode, message: facts.sentence, data: facts } };
}

/** JSON-RPC 2.0 §6: a batch is answered by an array. */
function toBody(errors: object[]): object {
  const [only] = errors;
  return errors.length === 1 && only !== undefined ? only : errors;
}
