// The pages and their addresses. Addresses follow the `#`, because an extension page is one file.

import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { z } from 'zod';
import { getSession } from '../../lib/session.ts';
import { parseAuditSearch } from './audit/audit-search.ts';
import { NotFound } from './pages/not-found.tsx';
import { PageError } from './pages/page-error.tsx';
import { type PoliciesSearch, parsePoliciesSearch } from './policies/policies-search.ts';
import { parseSearch, stringifySearch } from './search.ts';
import { Shell } from './shell.tsx';

const rootRoute = createRootRoute({ notFoundComponent: NotFound });

/** An address inside the dashboard to return to; anything that could lead elsewhere is dropped. */
const back = z
  .string()
  .regex(/^\/(?!\/)/)
  .max(2000)
  .optional()
  .catch(undefined);
const id = z.uuid().optional().catch(undefined);
const welcomeSearch = z.object({ back });
const vaultSearch = z.object({ open: id, q: z.string().max(200).optional().catch(undefined) });
const agentsSearch = z.object({ open: id });
const proxiesSearch = z.object({ open: id, q: z.string().max(200).optional().catch(undefined) });

type WelcomeSearch = { back?: string | undefined };
type VaultSearch = { open?: string | undefined; q?: string | undefined };
type AgentsSearch = { open?: string | undefined };
type ProxiesSearch = { open?: string | undefined; q?: string | undefined };

export const welcomeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/welcome',
  validateSearch: (search): WelcomeSearch => welcomeSearch.parse(search),
  component: lazyRouteComponent(() => import('./pages/welcome.tsx'), 'WelcomePage'),
});

/** Everything that needs a session. Who has none goes to the welcome page and comes back here after signing in. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await getSession();
    if (session !== null) return { accountId: session.account.accountId };
    const to = location.href;
    throw redirect({ to: '/welcome', search: to === '/' ? {} : { back: to }, replace: true });
  },
});

const indexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/vault', replace: true });
  },
});

export const vaultRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/vault',
  validateSearch: (search): VaultSearch => vaultSearch.parse(search),
  component: lazyRouteComponent(() => import('./pages/vault.tsx'), 'VaultPage'),
});

export const agentsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/agents',
  validateSearch: (search): AgentsSearch => agentsSearch.parse(search),
  component: lazyRouteComponent(() => import('./pages/agents.tsx'), 'AgentsPage'),
});

export const policiesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/policies',
  validateSearch: (search): PoliciesSearch => parsePoliciesSearch(search),
  component: lazyRouteComponent(() => import('./pages/policies.tsx'), 'PoliciesPage'),
});

export const proxiesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/proxies',
  validateSearch: (search): ProxiesSearch => proxiesSearch.parse(search),
  component: lazyRouteComponent(() => import('./pages/proxies.tsx'), 'ProxiesPage'),
});

export const auditRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/audit',
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'AuditPage'),
});

export const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    welcomeRoute,
    appRoute.addChildren([indexRoute, vaultRoute, agentsRoute, policiesRoute, proxiesRoute, auditRoute, settingsRoute]),
  ]),
  history: createHashHistory(),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultErrorComponent: PageError,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
