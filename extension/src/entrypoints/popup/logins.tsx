// The logins of the page under the popup: fill one, or copy its password. Renders nothing where there are none.

import { useEffect, useState } from 'react';
import { afterFirstPaint } from '../../lib/first-paint.ts';
import { sendMessage, type TabLogin } from '../../lib/messages.ts';
import { LoginRow } from './login-row.tsx';
import { Section } from './section.tsx';
import { popupStrings } from './strings.ts';

const shownAtFirst = 3;

interface LoginsProps {
  readonly origin: string;
  /** What this browser knew already, so that the list below does not jump. */
  readonly initial: readonly TabLogin[];
}

/** The section. */
export function Logins({ origin, initial }: LoginsProps) {
  const [logins, setLogins] = useState(initial);
  const [isWhole, setIsWhole] = useState(false);
  useEffect(() => afterFirstPaint(() => loadLogins(setLogins)), []);
  if (logins.length === 0) return null;
  const shown = isWhole ? logins : logins.slice(0, shownAtFirst);
  return (
    <Section title={new URL(origin).host}>
      <ul
        aria-label={popupStrings.logins(new URL(origin).host)}
        className="overflow-hidden rounded-lg border border-line bg-panel"
      >
        {shown.map((login) => (
          <LoginRow key={login.id} login={login} />
        ))}
      </ul>
      {shown.length < logins.length && (
        <button
          type="button"
          onClick={() => setIsWhole(true)}
          className="mt-1.5 rounded-sm text-xs text-accent hover:underline"
        >
          {popupStrings.showAll(logins.length)}
        </button>
      )}
    </Section>
  );
}

function loadLogins(onLogins: (logins: readonly TabLogin[]) => void): () => void {
  let isOver = false;
  // Without an answer, from the worker or from the server, the logins known so far stay; filling one will say what is wrong.
  sendMessage('popup.logins', {}).then(
    (fresh) => {
      if (!isOver && fresh != null) onLogins(fresh);
    },
    () => undefined,
  );
  return () => {
    isOver = true;
  };
}
