// The servers that could not be told yet that a session has ended, as React state.

import { useEffect, useState } from 'react';
import { readUntoldServers, watchUntoldServers } from './left-sessions.ts';

/** Their addresses; none as a rule. */
export function useUntoldServers(): readonly string[] {
  const [addresses, setAddresses] = useState<readonly string[]>([]);
  useEffect(() => {
    const stop = watchUntoldServers(setAddresses);
    void readUntoldServers().then(setAddresses);
    return stop;
  }, []);
  return addresses;
}
