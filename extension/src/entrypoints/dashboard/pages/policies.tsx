// The policies: what must hold for every use of a credential, and the editor in which that is written.

import type { PolicySummary } from '@keytrail/shared/policy';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FileQuestion, FlaskConical, Plus, SearchX, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { PageHead } from '../page-head.tsx';
import { AttachDialog } from '../policies/attach-dialog.tsx';
import { ExplainDrawer } from '../policies/explain-drawer.tsx';
import { matchesPolicy } from '../policies/matches-policy.ts';
import type { PoliciesSearch } from '../policies/policies-search.ts';
import { PolicyEditor } from '../policies/policy-editor.tsx';
import { PolicyRow } from '../policies/policy-row.tsx';
import { RemovePolicy } from '../policies/remove-policy.tsx';
import { TemplateGallery } from '../policies/template-gallery.tsx';
import { toInitialDraft } from '../policies/to-initial-draft.ts';
import { useMyAddress } from '../policies/use-my-address.ts';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useFirst } from '../use-first.ts';
import { useTitle } from '../use-title.ts';
import { usePolicies, useRefresh } from '../use-vault-data.ts';

const text = strings.policies;

/** The list, the templates, or the editor: which of them is in the address. */
export function PoliciesPage() {
  const { edit, template, copy } = useSearch({ from: '/app/policies' });
  useTitle(edit === undefined ? text.title : edit === 'new' ? text.editor.addTitle : text.editor.editTitle);
  if (edit === undefined) return <PolicyList />;
  if (edit === 'new' && template === undefined && copy === undefined) return <NewPolicy />;
  // Another policy is another editor: nothing typed for one may end up in the other.
  return <Editor key={`${edit} ${template} ${copy}`} />;
}

function PolicyList() {
  const { q = '', attach, explain } = useSearch({ from: '/app/policies' });
  const navigate = useNavigate({ from: '/policies' });
  const policies = usePolicies();
  const [removing, setRemoving] = useState<PolicySummary>();
  const count = policies.data?.length ?? 0;
  const goTo = (search: PoliciesSearch, replace: boolean) =>
    navigate({ search: (current) => ({ ...current, ...search }), replace });

  return (
    <>
      <PageHead title={text.title} subtitle={count > 0 ? text.subtitle(count) : undefined}>
        {count > 0 && (
          <SearchField label={text.search} value={q} onChange={(value) => goTo({ q: value || undefined }, true)} />
        )}
        {count > 0 && (
          <Button onClick={() => goTo({ explain: '1' }, false)}>
            <FlaskConical aria-hidden />
            {text.explain}
          </Button>
        )}
        <Button variant="primary" onClick={() => navigate({ search: { edit: 'new' } })}>
          <Plus aria-hidden />
          {text.add}
        </Button>
      </PageHead>
      <QueryState query={policies}>
        {(all) => <Policies all={all} query={q} goTo={goTo} onRemove={setRemoving} />}
      </QueryState>
      {attach !== undefined && (
        <Attaching
          key={attach}
          policy={policies.data?.find(({ id }) => id === attach)}
          onClose={() => goTo({ attach: undefined }, true)}
        />
      )}
      {removing !== undefined && <RemovePolicy policy={removing} onClose={() => setRemoving(undefined)} />}
      {explain !== undefined && <ExplainDrawer onClose={() => goTo({ explain: undefined }, true)} />}
    </>
  );
}

interface AttachingProps {
  readonly policy: PolicySummary | undefined;
  readonly onClose: () => void;
}

function Attaching({ policy, onClose }: AttachingProps) {
  const opened = useFirst(policy);
  return opened !== undefined && <AttachDialog policy={opened} onClose={onClose} />;
}

interface PoliciesProps {
  readonly all: readonly PolicySummary[];
  readonly query: string;
  readonly goTo: (search: PoliciesSearch, replace: boolean) => void;
  readonly onRemove: (policy: PolicySummary) => void;
}

function Policies({ all, query, goTo, onRemove }: PoliciesProps) {
  const found = all.filter((policy) => matchesPolicy(policy, query));
  if (all.length === 0) {
    return (
      <>
        <div className="rounded-lg border border-line bg-panel">
          <Empty icon={ShieldCheck} title={text.emptyTitle}>
            <p>{text.emptyBody}</p>
            <p>{text.templates.lead}</p>
          </Empty>
        </div>
        <TemplateGallery />
      </>
    );
  }
  if (found.length === 0) {
    return (
      <div className="rounded-lg border border-line bg-panel">
        <Empty icon={SearchX} title={text.noMatchTitle}>
          <p>{text.noMatchBody(query)}</p>
          <Button onClick={() => goTo({ q: undefined }, true)}>{text.clearSearch}</Button>
        </Empty>
      </div>
    );
  }
  return (
    <ul aria-label={text.list} className="rounded-lg border border-line bg-panel">
      {found.map((policy) => (
        <PolicyRow
          key={policy.id}
          policy={policy}
          onAction={(action) => {
            if (action === 'remove') onRemove(policy);
            else if (action === 'attach') goTo({ attach: policy.id }, false);
            else if (action === 'duplicate') goTo({ edit: 'new', copy: policy.id }, false);
            else goTo({ edit: policy.id }, false);
          }}
        />
      ))}
    </ul>
  );
}

function NewPolicy() {
  return (
    <>
      <PageHead title={text.templates.title} subtitle={text.templates.lead} />
      <TemplateGallery />
    </>
  );
}

function Editor() {
  const { template } = useSearch({ from: '/app/policies' });
  const policies = usePolicies();
  const address = useMyAddress();
  return (
    <QueryState query={policies}>
      {(all) =>
        // The one template that holds it must not begin without it.
        template === 'this_network' && address === undefined ? (
          <SkeletonRows label={strings.loading} />
        ) : (
          <OpenEditor all={all} address={address ?? null} />
        )
      }
    </QueryState>
  );
}

interface OpenEditorProps {
  readonly all: readonly PolicySummary[];
  readonly address: string | null;
}

/** Once open it stays: a policy that is deleted elsewhere takes nothing typed along. */
function OpenEditor({ all, address }: OpenEditorProps) {
  const search = useSearch({ from: '/app/policies' });
  const navigate = useNavigate({ from: '/policies' });
  const refresh = useRefresh();
  const toast = useToast();
  const now = all.find(({ id }) => id === search.edit);
  const opened = useFirst(now);
  const initial = useFirst(toInitialDraft(search, all, address));

  async function onSaved(policy: PolicySummary, created: boolean) {
    toast(created ? text.created(policy.name) : strings.saved);
    await refresh.policies();
    // A policy that is attached to nothing does nothing: what it applies to is asked next.
    await navigate({ search: created ? { attach: policy.id } : {} });
  }

  if (initial === undefined) return <Missing />;
  return (
    <PolicyEditor
      policy={now ?? opened}
      initial={initial}
      trial={search.trial ?? 'explain'}
      onTrial={(trial) => navigate({ search: (current) => ({ ...current, trial }), replace: true, resetScroll: false })}
      onSaved={(policy, created) => void onSaved(policy, created)}
    />
  );
}

function Missing() {
  const navigate = useNavigate({ from: '/policies' });
  return (
    <Empty page icon={FileQuestion} title={text.missingTitle}>
      <p>{text.missingBody}</p>
      <Button onClick={() => navigate({ search: {} })}>{text.back}</Button>
    </Empty>
  );
}
