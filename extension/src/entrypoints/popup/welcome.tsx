// The popup before anybody has ever signed in on this browser.

import { openDashboard } from '../../lib/dashboard-link.ts';
import { Button } from '../../ui/button.tsx';
import { Logo } from '../../ui/logo.tsx';
import { popupStrings } from './strings.ts';

/** One sentence and one button. */
export function Welcome() {
  const { title, sentence, action } = popupStrings.welcome;
  return (
    <div className="flex h-full flex-col">
      <header className="flex h-12 items-center border-b border-line bg-panel px-3.5">
        <Logo />
      </header>
      <main className="flex flex-1 flex-col items-center justify-center gap-2 px-8 pb-8 text-center">
        <img src="/icon/128.png" alt="" className="mb-3 size-14" />
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        <p className="mb-3 text-pretty text-mute">{sentence}</p>
        <Button variant="primary" autoFocus onClick={() => void openDashboard('/welcome').then(() => window.close())}>
          {action}
        </Button>
      </main>
    </div>
  );
}
