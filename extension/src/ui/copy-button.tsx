// Copies a text and says so for a moment.

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, type ButtonSize } from './button.tsx';
import { strings } from './strings.ts';

interface CopyButtonProps {
  readonly text: string;
  /** What the button says: "Copy key". */
  readonly children: string;
  readonly size?: ButtonSize;
  readonly className?: string;
}

/** A button that copies what is already on the screen; secrets that are not go through `SecretValue`. */
export function CopyButton({ text, children, size = 'small', className }: CopyButtonProps) {
  const [copied, setCopied] = useState<boolean>();
  useEffect(() => {
    if (copied === undefined) return;
    const timer = setTimeout(() => setCopied(undefined), 2000);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );

  return (
    <Button
      size={size}
      className={className}
      onClick={copy}
      title={copied === false ? strings.secret.clipboard : undefined}
    >
      {copied === true ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{copied === true ? strings.secret.copied : children}</span>
    </Button>
  );
}
