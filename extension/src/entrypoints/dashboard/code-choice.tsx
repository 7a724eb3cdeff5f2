// Texts to copy into a program, one at a time, for the program that the reader chooses.

import { useState } from 'react';
import { Choice } from '../../ui/choice.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

interface CodeChoiceProps<Kind extends string> {
  readonly label: string;
  /** The label is said but not shown: a heading above says it. */
  readonly quiet?: boolean | undefined;
  /** At least one; the first is shown to begin with. */
  readonly kinds: readonly Kind[];
  readonly labels: Readonly<Record<Kind, string>>;
  /** What the button says. */
  readonly copy: string;
  readonly toText: (kind: Kind) => string;
  /** A line under the text. */
  readonly toNote?: ((kind: Kind) => string) | undefined;
}

/** Long lines scroll inside the box, so that they can be read as they will be pasted. */
export function CodeChoice<Kind extends string>(props: CodeChoiceProps<Kind>) {
  const { label, quiet, kinds, labels, copy, toText, toNote } = props;
  const [chosen, setChosen] = useState<Kind>();
  const kind = chosen ?? kinds[0];
  if (kind === undefined) return null;
  const text = toText(kind);
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-end justify-between gap-2">
        <Choice
          label={label}
          quiet={quiet}
          value={kind}
          options={kinds.map((value) => ({ value, label: labels[value] }))}
          onChange={setChosen}
        />
        <CopyButton text={text}>{copy}</CopyButton>
      </div>
      <section
        aria-label={labels[kind]}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, so the keyboard must reach the box.
        tabIndex={0}
        className="max-h-64 overflow-auto rounded-md bg-sunken px-3 py-2.5"
      >
        <pre dir="ltr" className="font-mono text-xs leading-4.5">
          {text}
        </pre>
      </section>
      {toNote !== undefined && <p className="text-xs text-pretty text-mute">{toNote(kind)}</p>}
    </section>
  );
}
