// One policy of the list: what it asks for, whether it does, what it is attached to, and what can be done with it.

import type { PolicyMode, PolicySummary } from '@keytrail/shared/policy';
import { Link } from '@tanstack/react-router';
import { Copy, Ellipsis, Link2, List, Pencil, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { Button, toButtonClasses } from '../../../ui/button.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../../ui/menu.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { activityOf } from '../audit/activity-search.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import { ModeChoice } from './mode-choice.tsx';
import { RuleList } from './rule-list.tsx';
import { UsedBy } from './used-by.tsx';

const text = strings.policies;

export type PolicyAction = 'edit' | 'attach' | 'duplicate' | 'remove';

interface PolicyRowProps {
  readonly policy: PolicySummary;
  readonly onAction: (action: PolicyAction) => void;
}

/** Two columns where there is room: what it says, and where and how it holds. */
export function PolicyRow({ policy, onAction }: PolicyRowProps) {
  const titleId = useId();
  return (
    <li
      aria-labelledby={titleId}
      className="grid gap-x-8 gap-y-3 border-t border-hairline px-4 py-3.5 first:border-t-0 lg:grid-cols-[minmax(0,1fr)_minmax(0,24rem)] lg:grid-rows-[auto_1fr]"
    >
      <div className="flex min-w-0 flex-col gap-2">
        <div className="min-w-0">
          <h2 id={titleId} dir="auto" title={policy.name} className="user-text line-clamp-2 text-md font-semibold">
            {policy.name}
          </h2>
          {policy.description !== '' && (
            <p dir="auto" className="user-text line-clamp-2 text-mute">
              {policy.description}
            </p>
          )}
        </div>
        {policy.broken && <Notice tone="bad">{text.broken}</Notice>}
        <RuleList label={text.rulesOf(policy.name)} rules={policy.rules} />
      </div>
      <div className="flex min-w-0 flex-col gap-3 lg:row-span-2">
        <ModeSwitch policy={policy} />
        <div className="flex min-w-0 flex-col gap-1">
          <h3 className="eyebrow">{text.usedBy}</h3>
          {policy.usedBy.length === 0 ? (
            <p className="text-xs text-amber">{text.unused}</p>
          ) : (
            <UsedBy users={policy.usedBy} />
          )}
        </div>
      </div>
      <Actions policy={policy} onAction={onAction} />
    </li>
  );
}

function Actions({ policy, onAction }: PolicyRowProps) {
  return (
    <div className="flex flex-wrap items-center gap-2 self-end">
      <Button size="small" onClick={() => onAction('edit')}>
        <Pencil aria-hidden />
        {text.edit}
      </Button>
      <Button size="small" onClick={() => onAction('attach')}>
        <Link2 aria-hidden />
        {text.attach}
      </Button>
      <Link to="/audit" search={activityOf.policy(policy.id)} className={toButtonClasses({ size: 'small' })}>
        <List aria-hidden />
        {text.activity}
      </Link>
      <Menu trigger={<IconButton icon={Ellipsis} label={strings.more(policy.name)} />}>
        <MenuItem icon={Copy} onSelect={() => onAction('duplicate')}>
          {text.duplicate}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Trash2} danger onSelect={() => onAction('remove')}>
          {text.remove}
        </MenuItem>
      </Menu>
    </div>
  );
}

/** Takes effect with the press; it goes back by itself when the server refuses. */
function ModeSwitch({ policy }: { readonly policy: PolicySummary }) {
  const { pending, failure, submit } = useSubmit();
  const [wanted, setWanted] = useState(policy.mode);
  const refresh = useRefresh();
  const toast = useToast();

  async function change(mode: PolicyMode) {
    setWanted(mode);
    const done = await submit(async () => {
      await api.policies.setMode.mutate({ id: policy.id, mode });
      await refresh.policies();
    });
    if (done) toast(text.modeToasts[mode](policy.name));
  }

  return (
    <>
      <ModeChoice
        quiet
        label={text.modeOf(policy.name)}
        mode={pending ? wanted : policy.mode}
        onChange={(mode) => void change(mode)}
      />
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
    </>
  );
}
