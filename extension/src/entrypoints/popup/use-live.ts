// Queries of the cache as live React state: IndexedDB tells the popup when the worker has written.

import { useEffect, useState } from 'react';
import { afterFirstPaint } from '../../lib/first-paint.ts';
import type { LiveCache } from './live-cache.ts';

type Query<Value> = (cache: LiveCache) => Promise<Value>;

/**
 * The latest answer, of a former query until the present one is answered: no flash of nothing. Undefined before the first.
 * @param query the same function for as long as it asks the same.
 */
export function useLive<Value>(query: Query<Value>): Value | undefined {
  const [answer, setAnswer] = useState<{ readonly value: Value }>();
  useEffect(() => afterFirstPaint(() => follow(query, (value) => setAnswer({ value }))), [query]);
  return answer?.value;
}

function follow<Value>(query: Query<Value>, onAnswer: (value: Value) => void): () => void {
  let stop: (() => void) | undefined;
  let isOver = false;
  void import('./live-cache.ts').then((live) => {
    if (!isOver) stop = live.follow(query, onAnswer);
  });
  return () => {
    isOver = true;
    stop?.();
  };
}
