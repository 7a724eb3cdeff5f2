// The signed-in account about itself.

import { ownerProcedure, router } from './init.ts';

export const accountRouter = router({
  me: ownerProcedure.query(({ ctx: { owner } }) => ({
    accountId: owner.accountId,
    email: owner.email,
    name: owner.name,
  })),
});
