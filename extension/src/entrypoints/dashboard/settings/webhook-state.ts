// What the server says of the owner's webhook.

import type { AppRouter } from '@keytrail/server/trpc/root';
import type { inferRouterOutputs } from '@trpc/server';

export type WebhookState = inferRouterOutputs<AppRouter>['webhook']['state'];
