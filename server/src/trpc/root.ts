// The whole API: one router per noun.

import { accessRequestsRouter } from './access-requests.ts';
import { accountRouter } from './account.ts';
import { agentRouter } from './agent.ts';
import { agentsRouter } from './agents.ts';
import { alertsRouter } from './alerts.ts';
import { approvalsRouter } from './approvals.ts';
import { auditRouter } from './audit.ts';
import { credentialsRouter } from './credentials.ts';
import { grantsRouter } from './grants.ts';
import { inboxRouter } from './inbox.ts';
import { router } from './init.ts';
import { oauthRouter } from './oauth.ts';
import { passkeysRouter } from './passkeys.ts';
import { policiesRouter } from './policies.ts';
import { proxiesRouter } from './proxies.ts';
import { vaultRouter } from './vault.ts';
import { viewsRouter } from './views.ts';
import { webhookRouter } from './webhook.ts';

export const appRouter = router({
  accessRequests: accessRequestsRouter,
  account: accountRouter,
  agent: agentRouter,
  agents: agentsRouter,
  alerts: alertsRouter,
  approvals: approvalsRouter,
  audit: auditRouter,
  credentials: credentialsRouter,
  grants: grantsRouter,
  oauth: oauthRouter,
  passkeys: passkeysRouter,
  policies: policiesRouter,
  proxies: proxiesRouter,
  inbox: inboxRouter,
  vault: vaultRouter,
  views: viewsRouter,
  webhook: webhookRouter,
});

/** What clients import, as a type only. */
export type AppRouter = typeof appRouter;
