// Puts the server together: the context that operations get, and the HTTP face over it.

import { createServer, type Server } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import { readAlerts } from './agents/alert-reader.ts';
import { carryOutAppends } from './audit/append.ts';
import { GrowthNews } from './audit/growth-news.ts';
import { ensurePartitions } from './audit/partitions.ts';
import { rollUp } from './audit/roll-up.ts';
import { listenForAppends } from './audit/stream.ts';
import { createAuth } from './auth/accounts.ts';
import type { Config } from './base/config.ts';
import type { Context } from './base/context.ts';
import { type DatabaseTarget, openDatabase, type StatementListener } from './base/db.ts';
import { isDistributed } from './base/distribution.ts';
import { Flights } from './base/flights.ts';
import { GroupCommit } from './base/group-commit.ts';
import { KeyedQueue } from './base/keyed-queue.ts';
import type { KeySources } from './base/keyring.ts';
import { followMasterKeys } from './base/keyring-follower.ts';
import type { Log } from './base/log.ts';
import { createOutbound } from './base/outbound.ts';
import { createRandomSource } from './base/random.ts';
import { RecentKeys } from './base/recent-keys.ts';
import { createRecentLoads } from './base/recent-loads.ts';
import { SharedLoads } from './base/shared-loads.ts';
import { Wakeups } from './base/wakeups.ts';
import { createAgentCredentialRoute } from './http/agent-credential.ts';
import { createAuthRoutes } from './http/auth.ts';
import { createAuthorizationRoutes } from './http/authorization.ts';
import { createExportRoute } from './http/export.ts';
import { createHealthRoute } from './http/health.ts';
import { createHttpProxyRoutes } from './http/http-proxy.ts';
import { createMcpRoutes } from './http/mcp.ts';
import { oauthCallbackPath, oauthCallbackRoute } from './http/oauth-callback.ts';
import { createPageGuard } from './http/page-guard.ts';
import { createRequestLog } from './http/request-log.ts';
import { createTrpcFace, createTrpcRoutes } from './http/trpc.ts';
import { createWebhookReceiptRoute } from './http/webhook-receipts.ts';
import { startJobs } from './jobs.ts';
import { receiptsPath } from './vault/webhook-binding.ts';

export interface App {
  readonly ctx: Context;
  /** Where it listens, as `http://host:port`. */
  readonly url: string;
  /** Finishes what is in flight, then closes everything. Resolves when nothing is left open. */
  stop(): Promise<void>;
}

/** Opens the database of an already migrated target and serves on the configured address. */
export async function startApp(parts: {
  config: Config;
  log: Log;
  target: DatabaseTarget;
  keys: KeySources;
  clockTurnMs?: () => number;
  /** Sees every statement that goes to the database; for tests. */
  onStatement?: StatementListener;
  /** Starts what the server does by itself; for tests of what a job would do first now and then. */
  startJobs?: (ctx: Context) => () => Promise<void>;
}): Promise<App> {
  const stopping = new AbortController();
  const clockTurnMs = parts.clockTurnMs ?? (() => 0);
  const random = createRandomSource();
  const distributed = await isDistributed(parts.target);
  const db = openDatabase(parts.target, { distributed, onStatement: parts.onStatement });
  const nowMs = () => Date.now() + clockTurnMs();
  const keys = await followMasterKeys({ db, sources: parts.keys, log: parts.log, nowMs }).catch(async (error) => {
    await db.close();
    throw error;
  });
  const news = new GrowthNews(db);
  const ctx: Context = {
    config: parts.config,
    log: parts.log,
    db,
    masterKeys: keys.keyring,
    serverSecret: keys.serverSecret,
    appends: new GroupCommit({
      carryOut: async (items) => {
        const receipts = await carryOutAppends(db, items);
        news.add(items.map(({ accountId }) => accountId));
        return receipts;
      },
      keyOf: ({ accountId, body }) => `${accountId} ${body.id}`,
      batchMax: 500,
      batchesUnderWayMax: 2,
    }),
    rollUps: new KeyedQueue((accountId) =>
      rollUp(db, accountId).catch((error: unknown) => parts.log.warn({ error }, 'facets not rolled up')),
    ),
    alertReads: new KeyedQueue(
      (accountId) =>
        readAlerts(ctx, accountId).catch((error: unknown) => parts.log.warn({ error }, 'log not read for alerts')),
      { gatherMs: 250 },
    ),
    alikeUses: new RecentKeys(20_000),
    proxyLoads: new SharedLoads(),
    recentLoads: createRecentLoads(),
    wakeups: new Wakeups(),
    flights: new Flights(),
    nodeName: `keytrail-${Buffer.from(random(9)).toString('base64url')}`,
    outbound: createOutbound(parts.config.allowedUpstreams),
    stopping: stopping.signal,
    nowMs,
    clockTurnMs,
    randomBytes: random,
  };
  try {
    await ensurePartitions(ctx);
    const unlisten = await listenForAppends(ctx);
    const { server, url } = await listen(ctx);
    const stopJobs = (parts.startJobs ?? startJobs)(ctx);
    return {
      ctx,
      url,
      stop: async () => {
        const endsMs = performance.now() + stopMsMax;
        const jobsEnded = stopJobs();
        stopping.abort();
        await closeServer(server);
        // What a provider has carried out is nowhere else yet: it is stored before the way to it is closed.
        await settleUntil(ctx, endsMs, Promise.all([jobsEnded, ctx.flights.settle()]));
        await ctx.outbound.close();
        await ctx.appends.flush();
        await news.stop();
        await ctx.rollUps.stop();
        await ctx.alertReads.stop();
        await unlisten().catch(() => {}); // The connection may be gone; closing the pool ends it anyway.
        await keys.stop();
        await db.close();
      },
    };
  } catch (error) {
    await keys.stop();
    await db.close();
    throw error;
  }
}

function createHttp(ctx: Context, baseUrl: string): express.Express {
  const app = express();
  app.disable('x-powered-by');
  // Without trusted proxies X-Forwarded-For is ignored; with them it is read from the right.
  app.set('trust proxy', ctx.config.trustedProxies.length === 0 ? false : [...ctx.config.trustedProxies]);
  app.use(createRequestLog(ctx.log));
  app.use((_request, response, next) => {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    next();
  });
  const auth = createAuth(ctx, baseUrl);
  const face = createTrpcFace(ctx, auth);
  // What is asked for most comes first: every route before it is looked at on the way.
  app.post('/trpc/agent.credential', createAgentCredentialRoute(face));
  app.get('/health', createHealthRoute(ctx));
  app.get(oauthCallbackPath, oauthCallbackRoute);
  app.use('/api/auth', createAuthRoutes(ctx, auth));
  app.use('/trpc', createTrpcRoutes(ctx, face));
  app.post(receiptsPath, ...createWebhookReceiptRoute(ctx));
  app.post('/export', createExportRoute(ctx, auth));
  const guard = createPageGuard(ctx, baseUrl);
  app.use(createHttpProxyRoutes(ctx, guard));
  app.use(createAuthorizationRoutes(ctx, auth, baseUrl, guard));
  app.use(createMcpRoutes(ctx, auth, baseUrl, guard));
  app.use((_request, response) => {
    response
      .status(404)
      .json({ code: 'not_found', sentence: 'There is nothing at this address; the API is at /trpc.' });
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    ctx.log.error({ error }, 'request failed outside the API');
    if (!response.headersSent)
      response.status(500).json({ code: 'internal', sentence: 'Something broke on the server.' });
  });
  return app;
}

function listen(ctx: Context): Promise<{ server: Server; url: string }> {
  const { host, port } = ctx.config;
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const actualPort = typeof address === 'object' && address !== null ? address.port : port;
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
      // The routes need the address, which is known only now when the port was 0.
      server.on('request', createHttp(ctx, ctx.config.publicUrl ?? url));
      resolve({ server, url });
    });
  });
}

/** For how long a stop waits for what is under way, from its beginning: `main.ts` ends the process not long after. */
const stopMsMax = 15_000;

async function settleUntil(ctx: Context, endsMs: number, underWay: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<'over'>((resolve) => {
    timer = setTimeout(() => resolve('over'), endsMs - performance.now());
  });
  if ((await Promise.race([underWay, over])) === 'over') ctx.log.warn('stopped before what was under way had ended');
  clearTimeout(timer);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Requests in flight get ten seconds; idle keep-alive connections none.
    const limit = setTimeout(() => server.closeAllConnections(), 10_000);
    // A connection becomes idle only when its last answer is through.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(limit);
      clearInterval(sweep);
      resolve();
    });
  });
}
