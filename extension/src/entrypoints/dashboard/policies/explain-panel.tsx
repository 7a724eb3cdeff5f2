// A request that nobody made, and what would become of it.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, trpc } from '../../../lib/query.ts';
import { joinClasses } from '../../../ui/join-classes.ts';
import { QueryState } from '../query-state.tsx';
import { strings } from '../strings.ts';
import { useCredentials } from '../use-vault-data.ts';
import { ExplainAnswer } from './explain-answer.tsx';
import { ExplainForm } from './explain-form.tsx';
import { type ExplainInput, emptyRequest, type RequestDraft, toExplainInput } from './explanation.ts';
import type { PolicyValue } from './policy-draft.ts';
import { useSettled } from './use-settled.ts';

const text = strings.policies.explainPanel;
/** The answer comes when one stops typing. */
const settleMs = 250;

interface ExplainPanelProps {
  /** The policy in the editor, judged as it stands there: as if it were attached to this request. */
  readonly edited?: { readonly id: string | null; readonly policy: PolicyValue } | undefined;
  /** What the form begins with, where there is something to begin with. */
  readonly given?: Partial<RequestDraft> | undefined;
}

/** Nothing is recorded: no credential is touched, no use counted. */
export function ExplainPanel({ edited, given }: ExplainPanelProps) {
  const only = useOnlyCredential();
  const [typed, setTyped] = useState<Partial<RequestDraft>>({});
  const draft: RequestDraft = { ...emptyRequest, ...only, ...given, ...typed };
  const wanted = toExplainInput(draft, edited);
  const input = useSettled(wanted, JSON.stringify(wanted), settleMs);
  const query = useQuery({
    queryKey: [...trpc.policies.explain.queryKey(), input],
    queryFn: ({ signal }) => (input === null ? null : ask(input, signal)),
    enabled: input !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <p className="text-pretty text-mute">{text.lead}</p>
      <ExplainForm draft={draft} onChange={(part) => setTyped({ ...typed, ...part })} />
      {input === null ? (
        <p className="rounded-md bg-sunken px-3 py-2.5 text-mute">{text.waiting}</p>
      ) : (
        <div className={joinClasses('transition-opacity', query.isPlaceholderData && 'opacity-60')}>
          <QueryState query={query}>
            {(answer) =>
              answer !== null && (
                <ExplainAnswer answer={answer} editedId={edited === undefined ? undefined : edited.id} />
              )
            }
          </QueryState>
        </div>
      )}
    </div>
  );
}

function ask(input: ExplainInput, signal: AbortSignal) {
  return input.kind === 'call'
    ? api.policies.explainCall.query(input.request, { signal })
    : api.policies.explain.query(input.request, { signal });
}

function useOnlyCredential(): Partial<RequestDraft> {
  const credentials = useCredentials().data ?? [];
  const [first] = credentials;
  return credentials.length === 1 && first !== undefined ? { credentialId: first.id } : {};
}
