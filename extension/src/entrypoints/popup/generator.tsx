// The generator in the popup: for a password that no form of Keytrail asks for. What is made is copied, and kept nowhere.

import { CopyButton } from '../../ui/copy-button.tsx';
import { GeneratorPanel } from '../../ui/generator-panel.tsx';
import { generatorStrings } from '../../ui/generator-strings.ts';

/** Loaded by the press that opens it: with its list of words it is as large as what the popup starts from. */
export function Generator({ id }: { readonly id: string }) {
  return (
    <section
      id={id}
      aria-label={generatorStrings.title}
      className="max-h-[75%] shrink-0 overflow-y-auto border-b border-line px-3.5 py-3"
    >
      <GeneratorPanel
        action={({ rules, secret }) => (
          <CopyButton key={secret} text={secret} className="self-start">
            {rules.kind === 'password' ? generatorStrings.copyPassword : generatorStrings.copyPassphrase}
          </CopyButton>
        )}
      />
    </section>
  );
}
