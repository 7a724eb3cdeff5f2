// One secret field: masked until asked for, shown for half a minute, copied without being shown.

import { Check, Copy, Eye, EyeOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './icon-button.tsx';
import { Spinner } from './spinner.tsx';
import { strings } from './strings.ts';

const shownSeconds = 30;

interface SecretValueProps {
  readonly name: string;
  /** Fetches the value; the use is recorded before it arrives. Throws what `toSentence` can put in words. */
  readonly onUse: (action: 'reveal' | 'copy') => Promise<string>;
  /** Puts a refusal in words. */
  readonly toSentence: (error: unknown) => string;
}

/** The value lives in this component only while it is shown. */
export function SecretValue({ name, onUse, toSentence }: SecretValueProps) {
  const [value, setValue] = useState<string>();
  const [pending, setPending] = useState<'reveal' | 'copy'>();
  const [copied, setCopied] = useState(false);
  const [error, setError] = useState<string>();

  async function run(action: 'reveal' | 'copy') {
    setPending(action);
    setError(undefined);
    try {
      const secret = await onUse(action);
      if (action === 'reveal') setValue(secret);
      else setCopied(await writeToClipboard(secret, setError));
    } catch (cause) {
      setError(toSentence(cause));
    } finally {
      setPending(undefined);
    }
  }

  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex min-h-8 min-w-0 items-start gap-1 rounded-md bg-sunken ps-2.5 pe-0.5">
        <div className="min-w-0 flex-1 py-1.5" aria-live="polite">
          {value === undefined ? <Mask /> : <Shown value={value} onHide={() => setValue(undefined)} />}
        </div>
        <span className="flex h-8 items-center">
          {pending === undefined ? null : <Spinner />}
          {value === undefined ? (
            <IconButton
              icon={Eye}
              label={strings.secret.reveal(name)}
              disabled={pending !== undefined}
              onClick={() => run('reveal')}
            />
          ) : (
            <IconButton icon={EyeOff} label={strings.secret.hide(name)} onClick={() => setValue(undefined)} />
          )}
          <IconButton
            icon={copied ? Check : Copy}
            label={copied ? strings.secret.copied : strings.secret.copy(name)}
            disabled={pending !== undefined}
            onClick={() => run('copy')}
          />
        </span>
      </div>
      <CopiedFlag copied={copied} onEnd={() => setCopied(false)} />
      {error !== undefined && (
        <p role="alert" className="text-xs text-red">
          {error}
        </p>
      )}
    </div>
  );
}

function Mask() {
  return (
    <>
      <span aria-hidden className="font-mono tracking-widest text-mute">
        ••••••••••
      </span>
      <span className="sr-only">{strings.secret.hidden}</span>
    </>
  );
}

function Shown({ value, onHide }: { readonly value: string; readonly onHide: () => void }) {
  const [left, setLeft] = useState(shownSeconds);
  useEffect(() => {
    const timer = setInterval(() => setLeft((seconds) => seconds - 1), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left <= 0) onHide();
  }, [left, onHide]);
  return (
    <>
      <span
        dir="ltr"
        className="block max-h-48 overflow-y-auto font-mono text-xs break-all whitespace-pre-wrap select-all"
      >
        {value}
      </span>
      <span aria-hidden className="block text-2xs text-faint">
        {strings.secret.hides(left)}
      </span>
    </>
  );
}

function CopiedFlag({ copied, onEnd }: { readonly copied: boolean; readonly onEnd: () => void }) {
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(onEnd, 2000);
    return () => clearTimeout(timer);
  }, [copied, onEnd]);
  return (
    <span role="status" className="sr-only">
      {copied ? strings.secret.copied : ''}
    </span>
  );
}

async function writeToClipboard(text: string, onRefused: (sentence: string) => void): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The page lost the focus, or a policy forbids it: the reader can still reveal and copy by hand.
    onRefused(strings.secret.clipboard);
    return false;
  }
}
