// Whether a policy is enforced, only observes, or is not looked at; with a line that says what that means.

import { type PolicyMode, policyModes } from '@keytrail/shared/policy';
import { Choice } from '../../../ui/choice.tsx';
import { strings } from '../strings.ts';

const text = strings.policies;
const options = policyModes.map((mode) => ({ value: mode, label: text.modes[mode] }));

interface ModeChoiceProps {
  readonly label: string;
  readonly mode: PolicyMode;
  readonly onChange: (mode: PolicyMode) => void;
  /** The label is said but not shown. */
  readonly quiet?: boolean;
}

/** Three pills; the line below follows the choice. */
export function ModeChoice({ label, mode, onChange, quiet = false }: ModeChoiceProps) {
  return (
    <div className="flex flex-col items-start gap-1">
      <Choice label={label} quiet={quiet} value={mode} options={options} onChange={onChange} />
      <p aria-live="polite" className="text-xs text-pretty text-mute">
        {text.modeHints[mode]}
      </p>
    </div>
  );
}
