// A call through a proxy, made by its owner to see whether it works.

import type { ProxyTrial } from '@keytrail/shared/proxy';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';

const text = strings.proxies.testCall;

interface TestCallProps {
  /** Makes the call; what it throws is shown. */
  readonly run: () => Promise<ProxyTrial>;
}

/** Nothing is called before it is asked for: the call is real, and recorded. */
export function TestCall({ run }: TestCallProps) {
  const [result, setResult] = useState<ProxyTrial>();
  const { pending, failure, submit } = useSubmit();

  function call() {
    setResult(undefined);
    return submit(async () => setResult(await run()));
  }

  return (
    <div className="flex min-w-0 flex-col items-start gap-2.5">
      <p className="text-pretty text-mute">{text.lead}</p>
      <Button size="small" pending={pending} onClick={call}>
        {result === undefined && failure === undefined ? text.run : text.again}
      </Button>
      {result !== undefined && <Result result={result} />}
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
    </div>
  );
}

function Result({ result }: { readonly result: ProxyTrial }) {
  if (result.outcome !== 'answered') return <Notice tone="bad">{result.sentence}</Notice>;
  const { status, ms, tools } = result;
  if (status === 401 || status === 403) return <Notice tone="warn">{text.unauthorized(status)}</Notice>;
  return <Notice tone={status < 400 ? 'good' : 'warn'}>{text.answered(status, ms, tools)}</Notice>;
}
