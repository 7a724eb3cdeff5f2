// What a policy applies to: agents, credentials and proxies to tick.

import type { PolicySummary, PolicyTarget } from '@keytrail/shared/policy';
import { type FormEvent, useId, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { inputClasses } from '../../../ui/field.tsx';
import { toggle } from '../../../ui/filter-option.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { Notice } from '../../../ui/notice.tsx';
import { ServiceBadge } from '../../../ui/service-badge.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useAgents, useCredentials, useProxies, useRefresh } from '../use-vault-data.ts';
import { type TargetKey, toChanges, toTargetKey } from './attach-changes.ts';

const text = strings.policies.attachDialog;

interface Target extends PolicyTarget {
  readonly name: string;
  readonly service?: string;
}

interface AttachDialogProps {
  /** As it was when the dialog opened, and stays: what other windows attach meanwhile is not taken off. */
  readonly policy: PolicySummary;
  readonly onClose: () => void;
}

/** Nothing changes until Save; what was ticked stays when the server refuses. */
export function AttachDialog({ policy, onClose }: AttachDialogProps) {
  const [ticked, setTicked] = useState<readonly TargetKey[]>(() => policy.usedBy.map(toTargetKey));
  const [query, setQuery] = useState('');
  const { pending, failure, submit } = useSubmit();
  const refresh = useRefresh();
  const toast = useToast();
  const targets = useTargets(policy);
  const found = targets.filter((target) => matches(target, query));
  const { attach, detach } = toChanges(policy.usedBy, targets, new Set(ticked));

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    const { id, name } = policy;
    const done = await submit(async () => {
      if (attach.length > 0) await api.policies.attach.mutate({ id, targets: attach });
      if (detach.length > 0) await api.policies.detach.mutate({ id, targets: detach });
    });
    // The first half may have gone through.
    await refresh.policies();
    if (!done) return;
    if (attach.length + detach.length > 0) toast(text.saved(name, ticked.length));
    onClose();
  }

  return (
    <Dialog open wide sticky onClose={onClose} title={text.title(policy.name)} description={text.lead}>
      <form onSubmit={onSubmit} className="contents">
        <DialogBody>
          {targets.length > 0 && (
            <input
              type="search"
              aria-label={text.search}
              placeholder={text.search}
              value={query}
              dir="auto"
              autoComplete="off"
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => {
                // Enter looks for something here; it must not save.
                if (event.key === 'Enter') event.preventDefault();
              }}
              className={joinClasses(inputClasses, 'h-8.5 shrink-0')}
            />
          )}
          <Groups
            found={found}
            none={targets.length === 0 ? text.nothing : text.noMatch}
            attached={policy.usedBy.map(toTargetKey)}
            ticked={ticked}
            onToggle={(key) => setTicked(toggle(ticked, key))}
          />
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          <span role="status" className="me-auto text-xs text-mute">
            {text.changes(attach.length, detach.length)}
          </span>
          <Button onClick={onClose}>{shared.dialog.cancel}</Button>
          <Button type="submit" variant="primary" pending={pending}>
            {text.save}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** All that a policy can be attached to, and what it is attached to beyond that. */
function useTargets(policy: PolicySummary): readonly Target[] {
  const agents = useAgents().data ?? [];
  const credentials = useCredentials().data ?? [];
  const proxies = useProxies().data ?? [];
  const listed: Target[] = [
    ...agents.map(({ id, name }) => ({ kind: 'agent', id, name }) as const),
    ...credentials.map(({ id, label, service }) => ({ kind: 'credential', id, name: label, service }) as const),
    ...proxies.map(({ id, name }) => ({ kind: 'proxy', id, name }) as const),
  ];
  const keys = new Set(listed.map(toTargetKey));
  return [...listed, ...policy.usedBy.filter((user) => !keys.has(toTargetKey(user)))];
}

function matches({ name, service }: Target, query: string): boolean {
  const wanted = query.trim().toLocaleLowerCase();
  return [name, service ?? ''].some((part) => part.toLocaleLowerCase().includes(wanted));
}

const groups = [
  { kind: 'agent', title: text.agents },
  { kind: 'credential', title: text.credentials },
  { kind: 'proxy', title: text.proxies },
] as const;

interface GroupsProps {
  readonly found: readonly Target[];
  readonly none: string;
  readonly attached: readonly TargetKey[];
  readonly ticked: readonly TargetKey[];
  readonly onToggle: (key: TargetKey) => void;
}

function Groups({ found, none, attached, ticked, onToggle }: GroupsProps) {
  const id = useId();
  if (found.length === 0) return <p className="text-mute">{none}</p>;
  return groups.map(({ kind, title }) => {
    const members = found.filter((target) => target.kind === kind);
    if (members.length === 0) return null;
    return (
      <section key={kind} aria-labelledby={`${id}-${kind}`} className="flex flex-col gap-1">
        <h3 id={`${id}-${kind}`} className="eyebrow">
          {title}
        </h3>
        <ul className="overflow-clip rounded-lg border border-line">
          {members.map((target) => {
            const key = toTargetKey(target);
            return (
              <li key={key} className="border-t border-hairline first:border-t-0">
                <label className="flex min-w-0 items-center gap-2.5 px-3 py-2 hover:bg-canvas">
                  <input
                    type="checkbox"
                    checked={ticked.includes(key)}
                    onChange={() => onToggle(key)}
                    className="size-3.5 shrink-0 accent-accent"
                  />
                  <span dir="auto" title={target.name} className="user-text min-w-0 truncate">
                    {target.name}
                  </span>
                  {target.service !== undefined && (
                    <ServiceBadge service={target.service} className="max-w-32 shrink-0" />
                  )}
                  {attached.includes(key) && (
                    <span className="ms-auto shrink-0 text-xs text-mute">{text.attached}</span>
                  )}
                </label>
              </li>
            );
          })}
        </ul>
      </section>
    );
  });
}
