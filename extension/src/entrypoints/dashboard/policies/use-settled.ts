// A value that follows another once it has stopped changing.

import { useEffect, useState } from 'react';

/** @param key tells whether the value is another one. */
export function useSettled<Value>(value: Value, key: string, pauseMs: number): Value {
  const [settled, setSettled] = useState({ key, value });
  useEffect(() => {
    if (settled.key === key) return;
    const timer = setTimeout(() => setSettled({ key, value }), pauseMs);
    return () => clearTimeout(timer);
  });
  return settled.value;
}
