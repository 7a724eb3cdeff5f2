// A database that does not take some changes of one credential, as if it could not hold them or others held the row.

import { connect } from '@keytrail/server/base/db';

/** In a condition: the change is one of tokens. */
export const isOfTokens = 'new.sealed <> old.sealed';

/** In a condition: it is one of the first three that it was asked of. */
export const isOfFirst = `nextval('refusals') <= 3`;

/** Refuses the changes for which a condition in SQL holds, with a SQLSTATE, until it is ended. One at a time. */
export async function refuseUpdates(
  databaseUrl: string,
  { id }: { readonly id: string },
  condition: string,
  code: string,
): Promise<{ end(): Promise<void> }> {
  const sql = connect(databaseUrl, { max: 1 });
  await sql.unsafe(`
    create sequence refusals;
    grant usage on sequence refusals to public;
    create function refuse_update() returns trigger language plpgsql as $$ begin
      if new.id = '${id}' and ${condition} then
        raise exception 'refused for a test' using errcode = '${code}';
      end if;
      return new;
    end $$;
    create trigger refuse_update before update on credentials for each row execute function refuse_update()`);
  return {
    end: async () => {
      await sql.unsafe(
        'drop trigger refuse_update on credentials; drop function refuse_update; drop sequence refusals',
      );
      await sql.end();
    },
  };
}
