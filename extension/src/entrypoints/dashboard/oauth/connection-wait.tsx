// While the owner consents: what to do where.

import { CopyButton } from '../../../ui/copy-button.tsx';
import { Spinner } from '../../../ui/spinner.tsx';
import { strings } from '../strings.ts';
import type { ConnectionState } from './use-connection.ts';

const text = strings.oauth.wait;

export function ConnectionWait({
  state,
}: {
  readonly state: Extract<ConnectionState, { kind: 'consent' | 'device' }>;
}) {
  if (state.kind === 'consent') {
    return (
      <div role="status" className="flex items-center gap-3 py-6">
        <Spinner />
        <p className="text-pretty">{text.consent}</p>
      </div>
    );
  }
  const { userCode, verificationUrl, verificationUrlComplete } = state.device;
  return (
    <div role="status" className="flex flex-col items-center gap-4 py-4 text-center">
      <p className="text-pretty">
        {text.device}{' '}
        <a
          href={verificationUrlComplete ?? verificationUrl}
          target="_blank"
          rel="noreferrer"
          className="break-all text-accent hover:underline"
          dir="ltr"
        >
          {verificationUrl}
        </a>
      </p>
      <code dir="ltr" className="rounded-md bg-sunken px-4 py-2 font-mono text-2xl tracking-widest">
        {userCode}
      </code>
      <CopyButton text={userCode}>{strings.copy}</CopyButton>
      <p className="flex items-center gap-2 text-mute">
        <Spinner />
        {text.deviceWaits}
      </p>
    </div>
  );
}
