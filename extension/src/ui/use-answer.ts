// One answer at a time: which one is on its way, and why the last one was not taken.

import { useState } from 'react';

/** `give` names an answer and sends it: null when it was taken, else the sentence that says why not. */
export function useAnswer<Answer extends string>() {
  const [pending, setPending] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const give = (answer: Answer, send: () => Promise<string | null>) => {
    if (pending !== null) return;
    setPending(answer);
    setFailure(null);
    void send().then((sentence) => {
      setFailure(sentence);
      setPending(null);
    });
  };
  return { pending, failure, give };
}
