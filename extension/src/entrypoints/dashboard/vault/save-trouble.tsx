// Why a credential was not stored, where it cannot be missed: above the buttons, with the way out where there is one.

import type { Failure } from '../../../lib/failure.ts';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import { Unlock } from '../unlock.tsx';

const text = strings.credentialForm;

interface SaveTroubleProps {
  readonly failure: Failure;
  /** Takes over what somebody else stored meanwhile; absent where that was not the reason. */
  readonly onLoad: (() => void) | undefined;
  readonly onUnlocked: () => void;
}

/** A full line of the foot. */
export function SaveTrouble({ failure, onLoad, onUnlocked }: SaveTroubleProps) {
  if (failure.rule === 'vault_locked') {
    return (
      <div ref={focusFirst} className="flex w-full flex-col gap-2">
        <Notice tone="bad">{text.locked}</Notice>
        <Unlock onUnlocked={onUnlocked} />
      </div>
    );
  }
  if (onLoad === undefined) {
    return (
      <Notice tone="bad" className="w-full">
        {failure.sentence}
      </Notice>
    );
  }
  return (
    <Notice
      tone="bad"
      className="w-full"
      action={
        <Button size="small" onClick={onLoad}>
          {text.loadStored}
        </Button>
      }
    >
      {text.conflict}
    </Notice>
  );
}

/** When it appears, and not with every drawing. */
function focusFirst(element: HTMLElement | null): void {
  element?.querySelector('input')?.focus();
}
