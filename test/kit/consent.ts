// A person at the pages of the test's OAuth provider, without a browser: follows its redirects and sends its forms.

/** Signs in and consents; resolves with the address that the provider sends the browser back to. */
export async function consent(authorizationUrl: string, redirectUri: string): Promise<string> {
  const end = await walk(authorizationUrl, ({ href }) => href.startsWith(redirectUri));
  if (end === null) throw new Error('the provider sent nobody back');
  return end;
}

/** Confirms the code of a device and consents, at the address that holds the code. */
export async function consentToDevice(verificationUrl: string): Promise<void> {
  await walk(verificationUrl, () => false);
}

/** Null where a page has no form any more. */
async function walk(start: string, isEnd: (url: URL) => boolean): Promise<string | null> {
  const cookies = new Map<string, string>();
  let next = new URL(start);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    if (isEnd(next)) return next.href;
    const response = await visit(next, cookies, form);
    form = undefined;
    const location = response.headers.get('location');
    if (location !== null) {
      next = new URL(location, next);
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    if (action === undefined) return null;
    next = new URL(action, next);
    form = fillIn(page);
  }
  throw new Error(`the consent did not come to an end at ${next.href}`);
}

/** The hidden fields, which hold what the page needs to know, and who signs in. */
function fillIn(page: string): URLSearchParams {
  const hidden = [...page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
    /name="([^"]*)"/.exec(tag)?.[1] ?? '',
    /value="([^"]*)"/.exec(tag)?.[1] ?? '',
  ]);
  const form = new URLSearchParams(hidden);
  if (form.get('prompt') === 'login') {
    form.set('login', 'someone');
    form.set('password', 'anything');
  }
  return form;
}

async function visit(url: URL, cookies: Map<string, string>, form?: URLSearchParams): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'manual',
    method: form === undefined ? 'GET' : 'POST',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(form === undefined ? {} : { body: form }),
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
  return response;
}
