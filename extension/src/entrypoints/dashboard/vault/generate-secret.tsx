// The way to the generator from a password field: a button that opens it underneath.

import { Dices } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { generatorStrings } from '../../../ui/generator-strings.ts';
import { Spinner } from '../../../ui/spinner.tsx';

// With its list of words it is larger than the form.
const GeneratorPanel = lazy(async () => ({
  default: (await import('../../../ui/generator-panel.tsx')).GeneratorPanel,
}));

interface GenerateSecretProps {
  /** The field's label. */
  readonly of: string;
  readonly onUse: (secret: string) => void;
}

/** Closes by itself when the secret is taken over. */
export function GenerateSecret({ of, onUse }: GenerateSecretProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  function use(secret: string) {
    onUse(secret);
    setOpen(false);
    button.current?.focus();
  }
  return (
    <>
      <Button
        ref={button}
        size="small"
        variant="ghost"
        aria-label={generatorStrings.open(of.toLowerCase())}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="-ms-1.5 self-start"
      >
        <Dices aria-hidden />
        {generatorStrings.generate}
      </Button>
      {open && (
        <Suspense fallback={<Spinner />}>
          <GeneratorPanel
            action={({ rules, secret }) => (
              <Button size="small" className="self-start" onClick={() => use(secret)}>
                {rules.kind === 'password' ? generatorStrings.usePassword : generatorStrings.usePassphrase}
              </Button>
            )}
          />
        </Suspense>
      )}
    </>
  );
}
