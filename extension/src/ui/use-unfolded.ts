// Which folds are open.

import { useState } from 'react';
import type { EventRow } from './fold-rows.ts';

/** The events whose folds are open, by id: a fold stays open while others join it or leave it. */
export function useUnfolded() {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const toggle = ({ fold, place }: EventRow) =>
    setUnfolded((known) => {
      const next = new Set(known);
      for (const { id } of fold) {
        if (place === 'folded') next.add(id);
        else next.delete(id);
      }
      return next;
    });
  return [unfolded, toggle] as const;
}
