// After how long without anybody at this computer the vault is locked.

import { useEffect, useState } from 'react';
import {
  type AutoLockMinutes,
  autoLockChoices,
  getAutoLockMinutes,
  setAutoLockMinutes,
} from '../../../lib/settings.ts';
import { Choice } from '../../../ui/choice.tsx';
import { strings } from '../strings.ts';

const text = strings.settings.autoLock;
const never = 'never';

/** This browser's own setting; what it locks is the account's vault. */
export function AutoLockChoice() {
  const [minutes, setMinutes] = useState<AutoLockMinutes | null>();
  useEffect(() => {
    void getAutoLockMinutes().then(setMinutes);
  }, []);
  if (minutes === undefined) return null;
  return (
    <Choice
      quiet
      label={text.title}
      value={minutes === null ? never : String(minutes)}
      options={[
        { value: never, label: text.never },
        ...autoLockChoices.map((choice) => ({ value: String(choice), label: text.minutes(choice) })),
      ]}
      onChange={(value) => {
        const chosen = autoLockChoices.find((choice) => String(choice) === value) ?? null;
        setMinutes(chosen);
        void setAutoLockMinutes(chosen);
      }}
    />
  );
}
