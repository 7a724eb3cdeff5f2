// Where an owner's webhook tells what became of tickets: `POST /webhook/receipts`, signed, for the account in a header.

import { AppError, errorFaces } from '@keytrail/shared/errors';
import { webhookHeaders } from '@keytrail/shared/webhook-message';
import express, { type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import type { Context } from '../base/context.ts';
import { toAppError } from '../trpc/errors.ts';
import { takeReceipt } from '../vault/webhook-receipt.ts';

export function createWebhookReceiptRoute(ctx: Context): RequestHandler[] {
  // As it was signed: byte for byte.
  const readText = express.text({ type: () => true, limit: '64kb' });
  const take: RequestHandler = async (request, response) => {
    try {
      const account = z.uuid().safeParse(request.headers[webhookHeaders.account]);
      if (!account.success) throw new AppError('unauthorized', { message: 'receipt for no account' });
      const body = typeof request.body === 'string' ? request.body : '';
      response.json(await takeReceipt(ctx, account.data, toHead(request), body));
    } catch (cause) {
      const { code, public: sentence, message } = toAppError(cause);
      if (code === 'internal') ctx.log.error({ error: cause }, 'receipt failed');
      else ctx.log.debug({ code, message }, 'receipt refused');
      response.status(errorFaces[code].status).json({ code, sentence });
    }
  };
  return [readText, take];
}

function toHead(request: Request) {
  const read = (name: string) => request.get(name) ?? '';
  return {
    signature: read(webhookHeaders.signature),
    timestamp: read(webhookHeaders.timestamp),
    requestId: read(webhookHeaders.requestId),
  };
}
