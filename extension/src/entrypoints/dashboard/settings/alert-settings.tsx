// Which alerts are muted, with the way back, and whether this browser shows them as notifications.

import { type AlertMute, alertKindLabels } from '@keytrail/shared/alert';
import { useQuery } from '@tanstack/react-query';
import { BellOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { trpc } from '../../../lib/query.ts';
import { getNotifies, setNotifies } from '../../../lib/settings.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { useAlertActions } from '../alerts/use-alerts.ts';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useAgents, useProxies } from '../use-vault-data.ts';

const text = strings.alertSettings;

/** Mutes belong to the account; the choice of notifications is this browser's. */
export function AlertSettings() {
  return (
    <>
      <NotificationChoice />
      <Mutes />
    </>
  );
}

function NotificationChoice() {
  const [notifies, setChoice] = useState<boolean>();
  useEffect(() => {
    void getNotifies().then(setChoice);
  }, []);
  if (notifies === undefined) return null;
  return (
    <Choice
      label={text.notifications}
      value={notifies ? 'on' : 'off'}
      options={[
        { value: 'on', label: text.on },
        { value: 'off', label: text.off },
      ]}
      onChange={(value) => {
        setChoice(value === 'on');
        void setNotifies(value === 'on');
      }}
    />
  );
}

function Mutes() {
  const query = useQuery(trpc.alerts.mutes.queryOptions());
  const agents = useAgents();
  const { setMute } = useAlertActions();
  const { pending, failure, submit } = useSubmit();
  const [ending, setEnding] = useState<string>();
  const proxies = useProxies();
  const nameOf = ({ agentId, proxyId }: AlertMute) => {
    if (agentId !== null) return agents.data?.find(({ id }) => id === agentId)?.name ?? text.removedAgent;
    if (proxyId === null) return text.everyone;
    return proxies.data?.find(({ id }) => id === proxyId)?.name ?? text.removedProxy;
  };

  return (
    <div className="flex flex-col gap-1">
      <h3 className="text-xs font-medium">{text.muted}</h3>
      <QueryState query={query}>
        {(mutes) =>
          mutes.length === 0 ? (
            <p className="text-mute">{text.none}</p>
          ) : (
            <ul className="rounded-lg border border-line">
              {mutes.map((mute) => (
                <MuteRow
                  key={toKey(mute)}
                  mute={mute}
                  whose={nameOf(mute)}
                  pending={pending && ending === toKey(mute)}
                  onUndo={() => {
                    setEnding(toKey(mute));
                    void submit(() => setMute(mute, false));
                  }}
                />
              ))}
            </ul>
          )
        }
      </QueryState>
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
    </div>
  );
}

interface MuteRowProps {
  readonly mute: AlertMute;
  readonly whose: string;
  readonly pending: boolean;
  readonly onUndo: () => void;
}

function MuteRow({ mute, whose, pending, onUndo }: MuteRowProps) {
  const kind = alertKindLabels[mute.kind];
  return (
    <li className="flex items-center gap-3 border-t border-hairline px-3 py-2 first:border-t-0">
      <BellOff aria-hidden className="size-4 shrink-0 text-mute" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{kind}</p>
        <p dir="auto" className="user-text text-xs text-mute">
          {whose}
        </p>
      </div>
      <Button size="small" pending={pending} aria-label={text.undoOf(kind, whose)} onClick={onUndo}>
        {text.undo}
      </Button>
    </li>
  );
}

function toKey({ kind, agentId, proxyId }: AlertMute): string {
  return `${kind} ${agentId ?? proxyId ?? ''}`;
}
