// One secret field: masked until asked for, shown for half a minute or until it is worth nothing, copied without being shown.

import { Check, Copy, Eye, EyeOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './icon-button.tsx';
import { Spinner } from './spinner.tsx';
import { strings } from './strings.ts';

const shownMs = 30_000;

interface Released {
  readonly value: string;
  /** How long it is good for, such as a one-time code; null for what lasts. */
  readonly validMs: number | null;
}

interface SecretValueProps {
  readonly name: string;
  /** Fetches the value; the use is recorded before it arrives. Throws what `toSentence` can put in words. */
  readonly onUse: (action: 'reveal' | 'copy') => Promise<Released>;
  /** Puts a refusal in words. */
  readonly toSentence: (error: unknown) => string;
}

/** The value lives in this component only while it is shown. */
export function SecretValue({ name, onUse, toSentence }: SecretValueProps) {
  const [shown, setShown] = useState<ShownValue>();
  const [pending, setPending] = useState<'reveal' | 'copy'>();
  const [copied, setCopied] = useState(false);
  const [error, setError] = useState<string>();

  async function run(action: 'reveal' | 'copy') {
    setPending(action);
    setError(undefined);
    try {
      const released = await onUse(action);
      if (action === 'reveal') setShown(toShown(released, Date.now()));
      else setCopied(await writeToClipboard(released.value, setError));
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
          {shown === undefined ? <Mask /> : <Shown shown={shown} onHide={() => setShown(undefined)} />}
        </div>
        <span className="flex h-8 items-center">
          {pending === undefined ? null : <Spinner />}
          {shown === undefined ? (
            <IconButton
              icon={Eye}
              label={strings.secret.reveal(name)}
              disabled={pending !== undefined}
              onClick={() => run('reveal')}
            />
          ) : (
            <IconButton icon={EyeOff} label={strings.secret.hide(name)} onClick={() => setShown(undefined)} />
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

interface ShownValue {
  readonly value: string;
  readonly endsAtMs: number;
  /** It ends because it is worth nothing any more. */
  readonly runsOut: boolean;
}

function toShown({ value, validMs }: Released, nowMs: number): ShownValue {
  const runsOut = validMs !== null && validMs < shownMs;
  return { value, runsOut, endsAtMs: nowMs + (runsOut ? validMs : shownMs) };
}

function Shown({ shown, onHide }: { readonly shown: ShownValue; readonly onHide: () => void }) {
  const { value, endsAtMs, runsOut } = shown;
  const [leftMs, setLeftMs] = useState(() => endsAtMs - Date.now());
  useEffect(() => {
    // By the clock and not by ticks: those of a tab that nobody sees come late.
    const timer = setInterval(() => setLeftMs(endsAtMs - Date.now()), 250);
    return () => clearInterval(timer);
  }, [endsAtMs]);
  const left = Math.ceil(leftMs / 1000);
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
        {runsOut ? strings.secret.validFor(left) : strings.secret.hides(left)}
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
