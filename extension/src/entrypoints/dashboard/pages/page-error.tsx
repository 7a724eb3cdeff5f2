// What shows when a page itself breaks.

import type { ErrorComponentProps } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { toFailure } from '../../../lib/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { strings } from '../strings.ts';

/** The sentence, and a way to try again. */
export function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <div role="alert" className="grid min-h-[60dvh] place-items-center">
      <Empty page icon={TriangleAlert} title={strings.pageError.title}>
        <p>{toFailure(error).sentence}</p>
        <Button onClick={reset}>{strings.pageError.retry}</Button>
      </Empty>
    </div>
  );
}
