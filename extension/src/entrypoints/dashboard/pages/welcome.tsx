// The first page: what Keytrail is, where its server is, and the way in.

import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { z } from 'zod';
import { queryClient } from '../../../lib/query.ts';
import { defaultServerAddress } from '../../../lib/session.ts';
import { signIn, signUp } from '../../../lib/session-change.ts';
import { type SessionView, useSession } from '../../../lib/use-session.ts';
import { useUntoldServers } from '../../../lib/use-untold-servers.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Logo } from '../../../ui/logo.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SecretField } from '../../../ui/secret-field.tsx';
import { ServerField } from '../server-field.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { useTitle } from '../use-title.ts';

const text = strings.welcome;

/** Signed-in people are sent on; everyone else signs in and goes where they were. */
export function WelcomePage() {
  useTitle(text.page);
  const view = useSession();
  const untold = useUntoldServers();
  useGoOn(view);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-104 flex-col justify-center gap-5 px-4 py-8">
      <Logo />
      <div className="flex flex-col gap-1.5">
        <h1 className="text-2xl font-semibold tracking-tight">{text.headline}</h1>
        <p className="text-pretty text-mute">{text.lead}</p>
      </div>
      {view.status === 'signed_out' && (
        <>
          {view.notice !== null && <Notice tone="warn">{view.notice}</Notice>}
          {untold.map((address) => (
            <Notice key={address} tone="warn">
              {text.untold(new URL(address).host)}
            </Notice>
          ))}
          <EntryForm view={view} />
        </>
      )}
    </main>
  );
}

/** Waits for the stored session rather than for the form, so that signing in on another tab leads on here too. */
function useGoOn(view: SessionView) {
  const { back } = useSearch({ from: '/welcome' });
  const router = useRouter();
  const navigate = useNavigate();
  useEffect(() => {
    if (view.status !== 'signed_in') return;
    queryClient.clear();
    if (back !== undefined) router.history.replace(back);
    else void navigate({ to: '/vault', replace: true });
  }, [view.status, back, router, navigate]);
}

type Mode = 'sign-in' | 'sign-up';
type Errors = { email?: string; password?: string; name?: string };

function EntryForm({ view }: { readonly view: Extract<SessionView, { status: 'signed_out' }> }) {
  const [mode, setMode] = useState<Mode>(view.account === null ? 'sign-up' : 'sign-in');
  const [values, setValues] = useState({
    serverAddress: view.serverAddress,
    name: '',
    email: view.account?.email ?? '',
    password: '',
  });
  const [errors, setErrors] = useState<Errors>({});
  const { pending, failure, submit, clear } = useSubmit();
  const change = (name: keyof typeof values) => (value: string) => {
    setValues((typed) => ({ ...typed, [name]: value }));
    setErrors((shown) => ({ ...shown, [name]: undefined }));
  };

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    const found = findErrors(mode, values);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const { name, ...credentials } = values;
    await submit(async () => {
      await (mode === 'sign-in' ? signIn(credentials) : signUp({ ...credentials, name: name.trim() }));
    });
  }

  return (
    <form noValidate onSubmit={onSubmit} className="flex flex-col gap-3.5 rounded-xl border border-line bg-panel p-5">
      <Choice
        quiet
        label={text.page}
        value={mode}
        onChange={(next) => {
          setMode(next);
          setErrors({});
          clear();
        }}
        options={[
          { value: 'sign-up', label: text.signUp },
          { value: 'sign-in', label: text.signIn },
        ]}
      />
      {mode === 'sign-up' && (
        <TextField
          label={text.name}
          autoComplete="name"
          value={values.name}
          error={errors.name}
          onChange={(event) => change('name')(event.target.value)}
        />
      )}
      <TextField
        label={text.email}
        type="email"
        autoComplete="username"
        value={values.email}
        error={errors.email}
        onChange={(event) => change('email')(event.target.value)}
      />
      <SecretField
        label={text.password}
        autoComplete={mode === 'sign-up' ? 'new-password' : 'current-password'}
        hint={mode === 'sign-up' ? text.passwordHint : undefined}
        value={values.password}
        error={errors.password}
        onChange={change('password')}
      />
      <ServerField
        placeholder={defaultServerAddress}
        hint={text.serverHint}
        value={values.serverAddress}
        onChange={change('serverAddress')}
      />
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
      <Button type="submit" variant="primary" pending={pending}>
        {mode === 'sign-in' ? text.signIn : text.signUp}
      </Button>
    </form>
  );
}

/** What the server would refuse anyway, said before it is asked. */
export function findErrors(mode: Mode, typed: { name: string; email: string; password: string }): Errors {
  return {
    ...(mode === 'sign-up' && typed.name.trim() === '' ? { name: text.nameMissing } : {}),
    ...(z.email().safeParse(typed.email.trim()).success ? {} : { email: text.emailWrong }),
    ...(typed.password === '' ? { password: text.passwordMissing } : {}),
    ...(mode === 'sign-up' && typed.password !== '' && typed.password.length < 10
      ? { password: text.passwordShort }
      : {}),
    ...(mode === 'sign-up' && typed.password.length > 128 ? { password: text.passwordLong } : {}),
  };
}
