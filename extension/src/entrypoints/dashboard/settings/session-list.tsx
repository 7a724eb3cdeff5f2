// Where the account is signed in, with the way to end each session.

import { clientKindLabels, toClientKind } from '@keytrail/shared/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Session } from '../../../lib/session.ts';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { type AccountSession, isCurrent, listSessions, revokeOtherSessions, revokeSession } from './sessions.ts';

const text = strings.settings;

/** This session is marked and cannot be ended from here: that is what "Sign out" is for. */
export function SessionList({ session }: { readonly session: Session }) {
  const client = useQueryClient();
  const toast = useToast();
  const queryKey = ['sessions', session.account.accountId];
  const query = useQuery({ queryKey, queryFn: () => listSessions(session) });
  const { pending, failure, submit } = useSubmit();
  const [ending, setEnding] = useState<string>();

  async function end(id: string, action: () => Promise<void>, sentence: string) {
    setEnding(id);
    if (await submit(action)) toast(sentence);
    setEnding(undefined);
    await client.invalidateQueries({ queryKey });
  }

  return (
    <QueryState query={query}>
      {(all) => (
        <>
          <ul className="rounded-lg border border-line">
            {all.map((other) => (
              <SessionRow
                key={other.id}
                other={other}
                current={isCurrent(session, other)}
                pending={pending && ending === other.id}
                onEnd={() => end(other.id, () => revokeSession(session, other.token), text.revoked)}
              />
            ))}
          </ul>
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
          {all.length > 1 && (
            <Button
              variant="danger"
              className="self-start"
              pending={pending && ending === 'others'}
              onClick={() => end('others', () => revokeOtherSessions(session), text.othersRevoked)}
            >
              {text.revokeOthers}
            </Button>
          )}
        </>
      )}
    </QueryState>
  );
}

interface SessionRowProps {
  readonly other: AccountSession;
  readonly current: boolean;
  readonly pending: boolean;
  readonly onEnd: () => void;
}

function SessionRow({ other, current, pending, onEnd }: SessionRowProps) {
  const agent = other.userAgent ?? undefined;
  return (
    <li className="flex items-center gap-3 border-t border-hairline px-3 py-2 first:border-t-0">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={agent}>
          {agent === undefined ? text.unknownClient : clientKindLabels[toClientKind(agent)]}
          {other.ipAddress != null && other.ipAddress !== '' && (
            <span className="ms-2 font-mono text-xs font-normal text-mute">{other.ipAddress}</span>
          )}
        </p>
        <p className="text-xs text-mute">
          {text.sessionSince} <RelativeTime at={other.createdAt} />
        </p>
      </div>
      {current ? (
        <Pill tone="good">{text.thisSession}</Pill>
      ) : (
        <Button size="small" variant="danger" pending={pending} onClick={onEnd}>
          {text.revoke}
        </Button>
      )}
    </li>
  );
}
