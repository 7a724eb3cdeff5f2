// The policies that one agent, credential or proxy is held to, with the way to attach and detach them there.

import type { PolicySummary, PolicyTarget } from '@keytrail/shared/policy';
import { Link } from '@tanstack/react-router';
import { Link2, Unlink } from 'lucide-react';
import { api } from '../../../lib/query.ts';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { usePolicies, useRefresh } from '../use-vault-data.ts';
import { RuleList } from './rule-list.tsx';

const text = strings.policies.attached;

/** Both take effect on the next request, and each undoes the other, so neither asks twice. */
export function AttachedPolicies({ target }: { readonly target: PolicyTarget }) {
  const policies = usePolicies();
  return <QueryState query={policies}>{(all) => <Attached all={all} target={target} />}</QueryState>;
}

interface AttachedProps {
  readonly all: readonly PolicySummary[];
  readonly target: PolicyTarget;
}

function Attached({ all, target }: AttachedProps) {
  const { failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();
  const isAttached = ({ usedBy }: PolicySummary) =>
    usedBy.some(({ kind, id }) => kind === target.kind && id === target.id);
  const attached = all.filter(isAttached);
  const others = all.filter((policy) => !isAttached(policy));

  async function change({ id, name }: PolicySummary, attaches: boolean) {
    const targets = [{ kind: target.kind, id: target.id }];
    const done = await submit(async () => {
      if (attaches) await api.policies.attach.mutate({ id, targets });
      else await api.policies.detach.mutate({ id, targets });
      await refresh.policies();
    });
    if (done) toast(attaches ? text.attachedToast(name) : text.detachedToast(name));
  }

  return (
    <div className="flex min-w-0 flex-col items-start gap-2">
      {attached.length === 0 ? (
        <p className="text-mute">{text.none}</p>
      ) : (
        <ul className="w-full rounded-lg border border-line">
          {attached.map((policy) => (
            <Row key={policy.id} policy={policy} onDetach={() => void change(policy, false)} />
          ))}
        </ul>
      )}
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
      {others.length > 0 ? (
        <Menu
          align="start"
          trigger={
            <Button size="small">
              <Link2 aria-hidden />
              {text.add}
            </Button>
          }
        >
          {others.map((policy) => (
            <MenuItem key={policy.id} icon={Link2} onSelect={() => void change(policy, true)}>
              <span dir="auto" title={policy.name} className="user-text max-w-72 truncate">
                {policy.name}
              </span>
            </MenuItem>
          ))}
        </Menu>
      ) : (
        all.length === 0 && (
          <Link to="/policies" search={{ edit: 'new' }} className={toButtonClasses({ size: 'small' })}>
            {text.make}
          </Link>
        )
      )}
    </div>
  );
}

function Row({ policy, onDetach }: { readonly policy: PolicySummary; readonly onDetach: () => void }) {
  const { modes, rulesOf } = strings.policies;
  return (
    <li className="flex items-start gap-2 border-t border-hairline px-3 py-2 first:border-t-0">
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            to="/policies"
            search={{ edit: policy.id }}
            dir="auto"
            title={policy.name}
            className="user-text truncate rounded-sm font-medium text-accent hover:underline"
          >
            {policy.name}
          </Link>
          {policy.mode !== 'enabled' && (
            <Pill tone={policy.mode === 'observe' ? 'warn' : 'quiet'}>{modes[policy.mode]}</Pill>
          )}
        </div>
        <div className="text-xs text-mute">
          <RuleList label={rulesOf(policy.name)} rules={policy.rules} />
        </div>
      </div>
      <IconButton icon={Unlink} label={text.detachFrom(policy.name)} onClick={onDetach} className="-me-1" />
    </li>
  );
}
