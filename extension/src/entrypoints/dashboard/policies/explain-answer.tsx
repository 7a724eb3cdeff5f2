// The answer: what would happen and by which rule, and every rule with its verdict.

import { denialRuleSentences } from '@keytrail/shared/event';
import { toRuleSentence } from '@keytrail/shared/rule-sentence';
import { CircleCheck, CircleMinus, CircleX, type LucideIcon, UserCheck } from 'lucide-react';
import { joinClasses } from '../../../ui/join-classes.ts';
import { Pill } from '../../../ui/pill.tsx';
import { toFullTime } from '../../../ui/time.ts';
import { strings } from '../strings.ts';
import type { Explanation } from './explanation.ts';

const text = strings.policies.explainPanel;

/** The id by which the server calls a policy that has none yet. */
const newId = 'edited';

type Step = Explanation['steps'][number];
type Verdict = Step['verdict'];

const faces: Record<Verdict, { icon: LucideIcon; ink: string }> = {
  passes: { icon: CircleCheck, ink: 'text-green' },
  refuses: { icon: CircleX, ink: 'text-red' },
  asks: { icon: UserCheck, ink: 'text-amber' },
  does_not_apply: { icon: CircleMinus, ink: 'text-faint' },
};

const outcomes: Record<Explanation['decision']['outcome'], { verdict: Verdict; ground: string }> = {
  allowed: { verdict: 'passes', ground: 'bg-green-soft' },
  denied: { verdict: 'refuses', ground: 'bg-red-soft' },
  asks: { verdict: 'asks', ground: 'bg-amber-soft' },
};

interface ExplainAnswerProps {
  readonly answer: Explanation;
  /** The policy that is judged as it stands in the editor; null for one that is new. */
  readonly editedId: string | null | undefined;
}

export function ExplainAnswer({ answer, editedId }: ExplainAnswerProps) {
  const { decision, standing, steps } = answer;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Decision decision={decision} />
      <ol className="flex min-w-0 flex-col">
        <Line
          verdict={standing.passes ? 'passes' : 'refuses'}
          decides={!standing.passes}
          sentence={standing.rule === null ? text.standing : denialRuleSentences[standing.rule]}
        />
        {toGroups(steps).map((group) => (
          <li key={`${group[0]?.policyId}`} className="min-w-0 border-t border-hairline py-2">
            <PolicySteps steps={group} decision={decision} editedId={editedId} />
          </li>
        ))}
      </ol>
      {steps.length === 0 && <p className="text-mute">{text.noPolicies}</p>}
    </div>
  );
}

function Decision({ decision }: { readonly decision: Explanation['decision'] }) {
  const { verdict, ground } = outcomes[decision.outcome];
  const { icon: Icon, ink } = faces[verdict];
  return (
    <div role="status" className={joinClasses('flex items-start gap-2.5 rounded-md px-3 py-2.5', ground)}>
      <Icon aria-hidden className={joinClasses('mt-0.5 size-4.5 shrink-0', ink)} />
      <div className="min-w-0">
        <p className="font-semibold">{text.outcomes[decision.outcome]}</p>
        <p dir="auto" className="user-text text-pretty">
          {decision.sentence}
        </p>
        {decision.retryAt !== null && <p className="text-mute">{text.retryAt(toFullTime(decision.retryAt))}</p>}
      </div>
    </div>
  );
}

interface PolicyStepsProps {
  readonly steps: readonly Step[];
  readonly decision: Explanation['decision'];
  readonly editedId: string | null | undefined;
}

function PolicySteps({ steps, decision, editedId }: PolicyStepsProps) {
  const [first] = steps;
  if (first === undefined) return null;
  const decider = decision.outcome === 'denied' ? decision : null;
  return (
    <>
      <p className="flex min-w-0 flex-wrap items-center gap-2">
        <span dir="auto" title={first.policyName} className="user-text min-w-0 truncate font-medium">
          {first.policyName}
        </span>
        {first.mode !== 'enabled' && (
          <Pill tone={first.mode === 'observe' ? 'warn' : 'quiet'}>{text.modes[first.mode]}</Pill>
        )}
        {editedId !== undefined && first.policyId === (editedId ?? newId) && <Pill tone="quiet">{text.edited}</Pill>}
      </p>
      <ul className="min-w-0">
        {steps.map((step) => (
          <Line
            key={step.ruleIndex}
            verdict={step.verdict}
            decides={
              step.verdict === 'refuses' && step.policyId === decider?.policyId && step.rule.type === decider.rule
            }
            sentence={toRuleSentence(step.rule)}
            detail={step.sentence}
            retryAt={step.retryAt}
          />
        ))}
      </ul>
    </>
  );
}

interface LineProps {
  readonly verdict: Verdict;
  /** This is the one that refused. */
  readonly decides: boolean;
  readonly sentence: string;
  readonly detail?: string;
  readonly retryAt?: string | null;
}

function Line({ verdict, decides, sentence, detail, retryAt = null }: LineProps) {
  const { icon: Icon, ink } = faces[verdict];
  return (
    <li className="flex min-w-0 items-start gap-2 py-1">
      <Icon aria-hidden className={joinClasses('mt-0.5 size-3.5 shrink-0', ink)} />
      <div className="min-w-0 flex-1">
        <p dir="auto" className={joinClasses('user-text', decides && 'font-medium')}>
          {sentence}
        </p>
        {detail !== undefined && detail !== sentence && (
          <p dir="auto" className="user-text text-xs text-pretty text-mute">
            {detail}
            {retryAt !== null && ` ${text.retryAt(toFullTime(retryAt))}`}
          </p>
        )}
      </div>
      <span className={joinClasses('shrink-0 text-xs', ink)}>{text.verdicts[verdict]}</span>
      {decides && <Pill tone="bad">{text.decides}</Pill>}
    </li>
  );
}

/** Rules of one policy together, in the order in which they came. */
function toGroups(steps: readonly Step[]): Step[][] {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const key = `${step.policyId}`;
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  return [...groups.values()];
}
