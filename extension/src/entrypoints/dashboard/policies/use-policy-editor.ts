// The editor's state: the draft, what is wrong with it, and what happens when it is saved.

import type { PolicySummary, RuleType } from '@keytrail/shared/policy';
import { useMemo, useState } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { api } from '../../../lib/query.ts';
import { useSubmit } from '../use-submit.ts';
import { type DraftErrors, type PolicyDraft, type PolicyValue, toDraft, toPolicy, withRule } from './policy-draft.ts';
import { emptyRule, type RuleDraft } from './rule-draft.ts';
import { toLocalZone } from './time-zones.ts';

/** What somebody else did to the policy while it was edited here. */
export type Meanwhile =
  | { readonly kind: 'changed'; readonly policy: PolicySummary }
  | { readonly kind: 'gone' }
  | { readonly kind: 'nothing' };

export type PolicyEditorState = ReturnType<typeof usePolicyEditor>;

/**
 * @param stored the policy to edit; undefined for a new one.
 * @param initial what the form begins with.
 */
export function usePolicyEditor(stored: PolicySummary | undefined, initial: PolicyDraft) {
  const [draft, setDraft] = useState(initial);
  const [unchanged, setUnchanged] = useState(initial);
  const [base, setBase] = useState(stored);
  const [meanwhile, setMeanwhile] = useState<Meanwhile>({ kind: 'nothing' });
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [submitted, setSubmitted] = useState(false);
  const [taken, setTaken] = useState<string>();
  const { pending, failure, submit } = useSubmit();
  const outcome = useMemo(() => toPolicy(draft), [draft]);
  const errors = toShown(outcome.ok ? {} : outcome.errors, submitted ? null : touched, taken);

  function change(next: PolicyDraft, place: string) {
    setDraft(next);
    setTouched((places) => new Set([...places, place]));
    if (place === 'name') setTaken(undefined);
  }

  /** True when it is stored; else the reason stands in the state. */
  async function save(onSaved: (policy: PolicySummary, created: boolean) => void): Promise<void> {
    setSubmitted(true);
    if (!outcome.ok) return;
    await submit(async () => {
      try {
        const saved = await store(outcome.value, base);
        setUnchanged(draft);
        setMeanwhile({ kind: 'nothing' });
        onSaved(saved, base === undefined);
      } catch (error) {
        await explainRefusal(error);
      }
    });
  }

  async function explainRefusal(error: unknown) {
    const { kind, sentence } = toFailure(error);
    if (kind !== 'conflict' && kind !== 'invalid') throw error;
    if (base !== undefined) {
      const now = (await api.policies.list.query()).find(({ id }) => id === base.id);
      setBase(now);
      if (now === undefined) return setMeanwhile({ kind: 'gone' });
      if (now.version !== base.version) return setMeanwhile({ kind: 'changed', policy: now });
    }
    if (kind === 'conflict') setTaken(sentence);
    else throw error;
  }

  return {
    draft,
    errors,
    /** The policy that is meant; undefined while something is wrong with it. */
    value: outcome.ok ? outcome.value : undefined,
    isNew: base === undefined,
    dirty: draft !== unchanged,
    meanwhile,
    pending,
    failure,
    save,
    patch: (part: Partial<Omit<PolicyDraft, 'rules'>>, place: string) => change({ ...draft, ...part }, place),
    changeRule: (rule: RuleDraft, member: string) =>
      change(
        { ...draft, rules: draft.rules.map((other) => (other.key === rule.key ? rule : other)) },
        `${rule.key}.${member}`,
      ),
    /** Returns the key of the new rule. */
    addRule: (type: RuleType): number => {
      const next = withRule(draft, emptyRule(type, toLocalZone()));
      change(next, 'rules');
      return next.rules.at(-1)?.key ?? 0;
    },
    removeRule: (key: number) => change({ ...draft, rules: draft.rules.filter((rule) => rule.key !== key) }, 'rules'),
    takeStored: (policy: PolicySummary) => {
      const next = toDraft(policy);
      setDraft(next);
      setUnchanged(next);
      setMeanwhile({ kind: 'nothing' });
      setSubmitted(false);
    },
  };
}

function store(value: PolicyValue, base: PolicySummary | undefined): Promise<PolicySummary> {
  if (base === undefined) return api.policies.create.mutate(value);
  return api.policies.update.mutate({ ...value, id: base.id, version: base.version });
}

/** Boxes of lists speak for themselves while one types; the rest is told as soon as it was touched. */
const untoldMembers = ['ranges', 'fields', 'origins', 'kinds'];

/** @param touched null: everything is to be told. */
function toShown(errors: DraftErrors, touched: ReadonlySet<string> | null, taken: string | undefined): DraftErrors {
  const shown = Object.entries(errors).filter(
    ([place]) => touched === null || (touched.has(place) && !untoldMembers.includes(place.split('.')[1] ?? '')),
  );
  return { ...Object.fromEntries(shown), ...(taken === undefined ? {} : { name: taken }) };
}
