// How many events this browser keeps.

import { type FormEvent, useEffect, useState } from 'react';
import { sendMessage } from '../../../lib/messages.ts';
import { cacheSizeMax, cacheSizeMin, getCacheSize, setCacheSize } from '../../../lib/settings.ts';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/field.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';

const text = strings.settings;

/** Takes effect with the sync that follows at once. */
export function CacheSizeForm() {
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  const toast = useToast();
  useEffect(() => {
    void getCacheSize().then((size) => setTyped(String(size)));
  }, []);

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    const size = Number(typed);
    if (!Number.isInteger(size) || size < cacheSizeMin || size > cacheSizeMax) return setError(text.cacheWrong);
    await setCacheSize(size);
    toast(text.cacheSaved);
    // No worker answers while the extension is being updated; its alarm syncs later.
    await sendMessage('sync', {}).catch(() => null);
  }

  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-wrap items-start gap-2">
      <div className="min-w-0 flex-1">
        <TextField
          label={text.cacheSize}
          hint={text.cacheSizeHint}
          error={error}
          inputMode="numeric"
          autoComplete="off"
          value={typed ?? ''}
          disabled={typed === undefined}
          onChange={(event) => {
            setTyped(event.target.value);
            setError(undefined);
          }}
        />
      </div>
      <Button type="submit" className="mt-5.5">
        {text.cacheSave}
      </Button>
    </form>
  );
}
