// One grant: what or who, which fields, until when, and the way to end it.

import type { GrantSummary } from '@keytrail/shared/agent';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useTicking } from '../../../ui/use-ticking.ts';
import { activityOf } from '../audit/activity-search.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import { isEnded } from './ended.ts';

const text = strings.grants;

interface GrantRowProps {
  readonly grant: GrantSummary;
  /** What stands at its head: the credential, or the agent. */
  readonly children: ReactNode;
}

/** Revoking takes effect on the next request, and a new grant undoes it, so it does not ask twice. */
export function GrantRow({ grant, children }: GrantRowProps) {
  const ended = useTicking((nowMs) => isEnded(grant, nowMs));
  const [revoked, setRevoked] = useState(false);
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();

  async function revoke() {
    const done = await submit(async () => {
      await api.grants.revoke.mutate({ id: grant.id });
    });
    if (!done) return;
    setRevoked(true);
    toast(text.revokedToast);
    await refresh.grants();
  }

  return (
    <li className="flex items-center gap-3 border-t border-hairline px-3 py-2 first:border-t-0">
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-center gap-1.5 font-medium">{children}</div>
        <p className="text-xs text-mute">
          <span dir="auto" className="user-text">
            {grant.fields === null ? text.allFields : text.onlyFields(grant.fields.join(', '))}
          </span>
          {grant.reasonRequired && ` · ${text.reasonRequired}`}
          {' · '}
          <End grant={grant} />
        </p>
        <p className="text-xs text-mute">
          <Uses grant={grant} />
          {' · '}
          {/* Within a line of text colour alone does not make a link. */}
          <Link
            to="/audit"
            search={activityOf.grant(grant)}
            className="rounded-sm text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent"
          >
            {text.activity}
          </Link>
        </p>
        {failure !== undefined && (
          <p role="alert" className="text-xs text-red">
            {failure.sentence}
          </p>
        )}
      </div>
      {ended || revoked ? (
        <Pill tone="quiet">{grant.revokedAt !== null || revoked ? text.revoked : text.expired}</Pill>
      ) : (
        <Button size="small" variant="danger" pending={pending} onClick={revoke}>
          {text.revoke}
        </Button>
      )}
    </li>
  );
}

function Uses({ grant }: { readonly grant: GrantSummary }) {
  if (grant.lastUsedAt === null) return text.unused;
  return (
    <>
      {text.used(grant.uses)} <RelativeTime at={grant.lastUsedAt} />
    </>
  );
}

function End({ grant }: { readonly grant: GrantSummary }) {
  const at = grant.revokedAt ?? grant.expiresAt;
  if (at === null) return text.untilRevoked;
  return (
    <>
      {grant.revokedAt === null ? `${text.ends} ` : `${text.revoked} `}
      <RelativeTime at={at} />
    </>
  );
}
