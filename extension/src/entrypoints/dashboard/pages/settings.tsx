// Settings: the server, the account and its sessions, what this browser keeps, how it looks.

import { type ReactNode, useId } from 'react';
import type { Session } from '../../../lib/session.ts';
import { signOut } from '../../../lib/session-change.ts';
import { useSession } from '../../../lib/use-session.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { setTheme, themes, useTheme } from '../../../ui/theme.ts';
import { PageHead } from '../page-head.tsx';
import { AlertSettings } from '../settings/alert-settings.tsx';
import { AutoLockChoice } from '../settings/auto-lock-choice.tsx';
import { CacheSizeForm } from '../settings/cache-size-form.tsx';
import { PasskeyList } from '../settings/passkey-list.tsx';
import { ServerForm } from '../settings/server-form.tsx';
import { SessionList } from '../settings/session-list.tsx';
import { WebhookSettings } from '../settings/webhook-settings.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useTitle } from '../use-title.ts';

const text = strings.settings;

/** One column of panels, each about one thing. */
export function SettingsPage() {
  useTitle(text.title);
  const view = useSession();
  if (view.status !== 'signed_in') return null;
  const { session } = view;
  return (
    <>
      <PageHead title={text.title} />
      <div className="flex max-w-2xl flex-col gap-3">
        <Panel title={text.appearance}>
          <ThemeChoice />
        </Panel>
        <Panel title={strings.alertSettings.title} hint={strings.alertSettings.hint}>
          <AlertSettings />
        </Panel>
        <Panel title={text.autoLock.title} hint={text.autoLock.hint}>
          <AutoLockChoice />
        </Panel>
        <Panel title={strings.webhookSettings.title} hint={strings.webhookSettings.hint}>
          <WebhookSettings serverAddress={session.serverAddress} />
        </Panel>
        <Panel title={strings.passkeys.title} hint={strings.passkeys.hint}>
          <PasskeyList />
        </Panel>
        <Panel title={text.account}>
          <Account session={session} />
        </Panel>
        <Panel title={text.sessions} hint={text.sessionsHint}>
          <SessionList session={session} />
        </Panel>
        <Panel title={text.server}>
          <ServerForm key={session.serverAddress} serverAddress={session.serverAddress} />
        </Panel>
        <Panel title={text.cache} hint={text.cacheHint}>
          <CacheSizeForm />
        </Panel>
      </div>
    </>
  );
}

interface PanelProps {
  readonly title: string;
  readonly hint?: string;
  readonly children: ReactNode;
}

function Panel({ title, hint, children }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-3 rounded-lg border border-line bg-panel p-4">
      <div>
        <h2 id={id} className="text-md font-semibold">
          {title}
        </h2>
        {hint !== undefined && <p className="text-pretty text-mute">{hint}</p>}
      </div>
      {children}
    </section>
  );
}

function ThemeChoice() {
  const theme = useTheme();
  return (
    <Choice
      quiet
      label={text.theme}
      value={theme}
      options={themes.map((value) => ({ value, label: text.themes[value] }))}
      onChange={setTheme}
    />
  );
}

function Account({ session }: { readonly session: Session }) {
  const { pending, submit } = useSubmit();
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="min-w-0">
        <p dir="auto" className="user-text font-medium">
          {session.account.name}
        </p>
        <p dir="auto" className="user-text text-mute">
          {session.account.email}
        </p>
      </div>
      <Button pending={pending} onClick={() => submit(signOut)} title={text.signOutHint}>
        {text.signOut}
      </Button>
    </div>
  );
}
