// One of the well-known services that something can begin with: its name, its address, and what it offers.

import type { ReactNode } from 'react';

interface TemplateChoiceProps {
  readonly label: string;
  /** Without the scheme. */
  readonly address: string;
  /** Beside the name. */
  readonly mark?: ReactNode;
  readonly onChoose: () => void;
}

/** An item of a list. */
export function TemplateChoice({ label, address, mark, onChoose }: TemplateChoiceProps) {
  return (
    <li className="min-w-0">
      <button
        type="button"
        onClick={onChoose}
        className="flex w-full min-w-0 flex-col rounded-md border border-line bg-panel px-3 py-2 text-start transition-colors hover:border-control hover:bg-canvas"
      >
        <span className="flex w-full items-center justify-between gap-2">
          <span className="truncate font-medium">{label}</span>
          {mark}
        </span>
        <span dir="ltr" className="w-full truncate font-mono text-2xs leading-4.5 text-mute">
          {address}
        </span>
      </button>
    </li>
  );
}
