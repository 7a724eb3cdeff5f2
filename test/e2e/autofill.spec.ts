// Autofill on served pages: what is filled, where nothing is, and the event that each fill leaves.

import type { Page } from '@playwright/test';
import type { Browser } from '../kit/browser.ts';
import type { LoginSite } from '../kit/login-site.ts';
import { expect, type Person, test } from './fixtures.ts';

const secret = 'correct-horse-e2e';

async function storeLogin(person: Person, site: LoginSite, label = 'Sam') {
  return await person.client.credentials.create.mutate({
    kind: 'login',
    service: 'example-shop',
    label,
    public: { username: 'sam@example.com', sites: [site.toUrl('shop.test')] },
    secret: { password: secret },
  });
}

async function visit(browser: Browser, url: string): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(url);
  return page;
}

async function pickAtField(page: Page): Promise<void> {
  await page.getByLabel('E-mail').click();
  await page.waitForSelector(':popover-open');
  // A pick counts only once the menu has been in sight for a moment, so that no click falls into it by surprise.
  await expect(async () => {
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('Password')).not.toHaveValue('', { timeout: 500 });
  }).toPass();
}

/** Opens the menu at the e-mail field and waits until a pick counts. Returns the middle of its first login. */
async function openMenu(page: Page): Promise<{ x: number; y: number }> {
  await page.getByLabel('E-mail').click();
  await page.waitForSelector(':popover-open');
  await page.waitForTimeout(1_500);
  return await page.evaluate(findFirstLogin);
}

/** Runs in the page, which knows where the menu stands but not what is in it. */
function findFirstLogin(): { x: number; y: number } {
  const box = document.querySelector(':popover-open')?.getBoundingClientRect();
  return { x: (box?.x ?? 0) + 60, y: (box?.y ?? 0) + 22 };
}

async function listDenials(person: Person) {
  const { events } = await person.client.audit.list.query({ filter: { outcomes: ['denied'] } });
  return events;
}

async function listDirect(person: Person) {
  const { events } = await person.client.audit.list.query({ filter: { types: ['secret_access'] } });
  return events;
}

test('a pick at the field fills both fields as React sees them and leaves one Direct event, recorded before', async ({
  browser_,
  signedIn,
  site,
}) => {
  const credential = await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test', '/react'));
  await page.evaluate(() => {
    document.addEventListener('input', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === 'password') {
        document.body.dataset.filledAt ??= String(Date.now());
      }
    });
  });
  await pickAtField(page);
  await expect(page.locator('output')).toHaveText(`sam@example.com, password of ${secret.length} characters`);
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled();
  const events = await listDirect(signedIn);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    action: 'autofill',
    source: 'direct',
    title: 'Direct Access',
    credentialId: credential.id,
    siteOrigin: site.toUrl('shop.test').slice(0, -1),
    client: 'browser',
    fields: ['username', 'password'],
  });
  const filledAt = Number(await page.evaluate(() => document.body.dataset.filledAt));
  expect(Date.parse(events[0]?.recordedAt ?? '')).toBeLessThanOrEqual(filledAt);
});

test('the popup fills the page in front, and only what a person can see', async ({ browser_, signedIn, site }) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  const popup = await browser_.openPopup(page);
  await popup.getByRole('button', { name: 'Fill sam@example.com' }).click();
  await expect(page.getByLabel('Password')).toHaveValue(secret);
  await expect(page.getByLabel('E-mail')).toHaveValue('sam@example.com');
  await expect(page.locator('[name=trap]')).toHaveValue('');
  expect(await listDirect(signedIn)).toHaveLength(1);
});

test('nothing happens on page load: no value, no event', async ({ browser_, signedIn, site }) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  await page.waitForLoadState('networkidle');
  await expect(page.getByLabel('Password')).toHaveValue('');
  expect(await page.locator(':popover-open').count()).toBe(0);
  expect(await listDirect(signedIn)).toHaveLength(0);
});

test('no menu on another host, another port, or a field that is no login', async ({ browser_, signedIn, site }) => {
  await storeLogin(signedIn, site);
  const places = [
    { url: site.toUrl('shop.test.evil.test'), field: 'E-mail' },
    { url: site.toUrl('www.shop.test'), field: 'E-mail' },
    { url: site.toUrl('shop.test', '/search'), field: 'Newsletter' },
    { url: site.toUrl('shop.test', '/search'), field: 'Search' },
  ];
  for (const { url, field } of places) {
    const page = await visit(browser_, url);
    await page.getByLabel(field).click();
    // As long as the menu needs on the right site, several times over.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    expect(await page.locator(':popover-open').count(), `${url} ${field}`).toBe(0);
    await page.close();
  }
  expect(await listDirect(signedIn)).toHaveLength(0);
});

test('the page can neither see into the menu nor pick in it', async ({ browser_, signedIn, site }) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  await page.getByLabel('E-mail').click();
  const host = await page.waitForSelector(':popover-open');
  expect(
    await host.evaluate((element) => [element.shadowRoot, element.textContent, element.attributes.length]),
  ).toEqual([null, '', expect.any(Number)]);
  expect(await page.content()).not.toContain('sam@example.com');
  await page.evaluate(() => {
    const field = document.querySelector('input');
    for (const key of ['ArrowDown', 'Enter']) {
      field?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    }
    document.querySelector<HTMLElement>(':popover-open')?.click();
  });
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
  await expect(page.getByLabel('Password')).toHaveValue('');
  expect(await listDirect(signedIn)).toHaveLength(0);
});

test('a worker that the browser has ended fills as before', async ({ browser_, signedIn, site }) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  await browser_.killWorker();
  await page.bringToFront();
  await pickAtField(page);
  await expect(page.getByLabel('Password')).toHaveValue(secret);
  expect(await listDirect(signedIn)).toHaveLength(1);
});

test('a pick with the mouse fills the form', async ({ browser_, signedIn, site }) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  const { x, y } = await openMenu(page);
  await page.mouse.move(x, y, { steps: 3 });
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByLabel('Password')).toHaveValue(secret);
  expect(await listDirect(signedIn)).toHaveLength(1);
});

test('a menu that the page moves under the resting mouse cannot be picked from', async ({
  browser_,
  signedIn,
  site,
}) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  const menu = await openMenu(page);
  const lure = { x: 900, y: 700 };
  await page.mouse.move(lure.x, lure.y);
  // Both events, one that the page makes up and one that the browser fires for it.
  await page.evaluate(
    ({ left, top }) => {
      document.body.insertAdjacentHTML('beforeend', '<div style="position:absolute;top:0;width:1px;height:4000px">');
      document.querySelector('form')?.style.setProperty('translate', `${left}px ${top}px`);
      window.dispatchEvent(new Event('scroll'));
      window.scrollBy(0, 1);
    },
    { left: lure.x - menu.x, top: lure.y - menu.y },
  );
  await expect.poll(() => page.evaluate(findFirstLogin)).not.toEqual(menu);
  const under = () =>
    page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.matches(':popover-open') ?? false, lure);
  await expect.poll(under).toBe(true);
  // At once it was not seen there; later the mouse has still not been moved to it.
  for (const waitMs of [0, 1_000]) {
    await page.waitForTimeout(waitMs);
    await page.mouse.down();
    await page.mouse.up();
  }
  await page.waitForTimeout(500);
  await expect(page.getByLabel('Password')).toHaveValue('');
  expect(await listDirect(signedIn)).toHaveLength(0);
  // Whoever goes to it means it.
  await page.mouse.move(lure.x + 3, lure.y + 3);
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByLabel('Password')).toHaveValue(secret);
});

test('after a refused pick the person types the login and sends the form: one denial, nothing overwritten', async ({
  browser_,
  signedIn,
  site,
}) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  await page.evaluate(() => {
    document.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      document.body.dataset.sent = document.querySelector<HTMLInputElement>('[name=password]')?.value;
    });
  });
  await page.getByLabel('Password').click();
  await page.waitForSelector(':popover-open');
  await page.waitForTimeout(1_500);
  await signedIn.client.vault.lock.mutate();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => listDenials(signedIn)).toHaveLength(1);
  await page.keyboard.type('typed by hand');
  expect(await page.locator(':popover-open').count()).toBe(0);
  await page.keyboard.press('Enter');
  await expect(page.locator('body')).toHaveAttribute('data-sent', 'typed by hand');
  await expect(page.getByLabel('Password')).toHaveValue('typed by hand');
  expect(await listDenials(signedIn)).toHaveLength(1);
});

test('in a low window the menu is as high as there is room, and its last login can be picked', async ({
  browser_,
  signedIn,
  site,
}) => {
  for (let number = 1; number <= 12; number++) await storeLogin(signedIn, site, `Sam ${number}`);
  const page = await visit(browser_, site.toUrl('shop.test'));
  for (const height of [440, 400, 300]) {
    await page.setViewportSize({ width: 500, height });
    await page.reload();
    await openMenu(page);
    const box = await page.locator(':popover-open').boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
    for (let press = 1; press <= 12; press++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('Password')).toHaveValue(secret);
  }
  await page.reload();
  const { x, y } = await openMenu(page);
  await page.mouse.move(x, y, { steps: 3 });
  await page.mouse.wheel(0, 2_000);
  await page.waitForTimeout(300);
  await page.mouse.move(x, y + 1);
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByLabel('Password')).toHaveValue(secret);
  expect(await listDirect(signedIn)).toHaveLength(4);
});

test('a page that writes the name in small letters has taken the login', async ({ browser_, signedIn, site }) => {
  await signedIn.client.credentials.create.mutate({
    kind: 'login',
    service: 'example-shop',
    label: 'Sam',
    public: { username: 'Sam@Example.com', sites: [site.toUrl('shop.test')] },
    secret: { password: secret },
  });
  const page = await visit(browser_, site.toUrl('shop.test'));
  await page.evaluate(() => {
    document.querySelector('input')?.addEventListener('input', ({ target }) => {
      if (target instanceof HTMLInputElement) target.value = target.value.toLowerCase();
    });
  });
  const popup = await browser_.openPopup(page);
  await popup.getByRole('button', { name: 'Fill Sam@Example.com' }).click();
  await expect(page.getByLabel('Password')).toHaveValue(secret);
  await expect(page.getByLabel('E-mail')).toHaveValue('sam@example.com');
  // It closes on success alone.
  await expect.poll(() => popup.isClosed()).toBe(true);
});

test('Enter pressed twice and held releases the login once', async ({ browser_, signedIn, site }) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test', '/react'));
  await openMenu(page);
  await page.keyboard.press('ArrowDown');
  for (const _ of [1, 2, 3]) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Password')).toHaveValue(secret);
  expect(await listDirect(signedIn)).toHaveLength(1);
});

test('a form that sends to a host beside the page’s is filled; one that turns to another site meanwhile is not', async ({
  browser_,
  signedIn,
  site,
}) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  const sendTo = (address: string) =>
    page.evaluate((to) => document.querySelector('form')?.setAttribute('action', to), address);
  await sendTo(site.toUrl('login.shop.test'));
  await openMenu(page);
  await sendTo('http://evil.test/');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1_000);
  await expect(page.getByLabel('Password')).toHaveValue('');
  expect(await listDirect(signedIn)).toHaveLength(0);

  await page.reload();
  await sendTo(site.toUrl('login.shop.test'));
  await openMenu(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Password')).toHaveValue(secret);
  expect(await listDirect(signedIn)).toHaveLength(1);
});

test('a page that moves elsewhere under the open popup takes its logins along; a fill there is refused and recorded', async ({
  browser_,
  signedIn,
  site,
}) => {
  const { id } = await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  const popup = await browser_.openPopup(page);
  const fill = popup.getByRole('button', { name: 'Fill sam@example.com' });
  await expect(fill).toBeVisible();
  await page.evaluate((address) => location.assign(address), site.toUrl('evil.test'));
  await page.waitForURL(site.toUrl('evil.test'));
  await expect(fill).toBeHidden();
  // A click that was faster than that.
  const outcome = await popup.evaluate(
    // @ts-expect-error: runs in the popup, where `chrome` is.
    (credentialId) => chrome.runtime.sendMessage({ name: 'popup.fill', request: { credentialId } }),
    id,
  );
  expect(outcome).toMatchObject({ kind: 'refused', failure: { kind: 'denied', rule: 'origin_mismatch' } });
  await expect(page.getByLabel('Password')).toHaveValue('');
  expect(await listDenials(signedIn)).toMatchObject([
    {
      type: 'policy_denied',
      rule: 'origin_mismatch',
      credentialId: id,
      siteOrigin: site.toUrl('evil.test').slice(0, -1),
    },
  ]);
  await page.goto(site.toUrl('shop.test'));
  await expect(fill).toBeVisible();
});

test('no menu at a form that sends to another site or asks for a new password', async ({
  browser_,
  signedIn,
  site,
}) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  const changes = [
    () => document.querySelector('form')?.setAttribute('action', 'http://evil.test/'),
    () => document.querySelector('button')?.setAttribute('formaction', 'http://evil.test/'),
    () => {
      const password = document.querySelector<HTMLInputElement>('[name=password]');
      password?.removeAttribute('autocomplete');
      password?.setAttribute('aria-label', 'New password');
    },
  ];
  for (const change of changes) {
    await page.reload();
    await page.evaluate(change);
    await page.getByLabel('E-mail').click();
    await page.waitForTimeout(1_000);
    expect(await page.locator(':popover-open').count()).toBe(0);
  }
  expect(await listDirect(signedIn)).toHaveLength(0);
});

test('names in the markup hide neither where a form sends to nor an honest form', async ({
  browser_,
  signedIn,
  site,
}) => {
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  const fillWith = async (markup: string) => {
    const popup = await browser_.openPopup(page);
    await page.evaluate((html) => document.querySelector('body')?.setHTMLUnsafe(html), markup);
    await popup.getByRole('button', { name: 'Fill sam@example.com' }).click();
    return popup;
  };
  const names = ['baseURI', 'ownerDocument', 'elements', 'getAttribute', 'action', 'id', 'children', 'parentElement'];
  const hidden = (name: string) => `<input type="hidden" name="${name}">`;
  const fields = '<label>E-mail <input name=u type=email></label><label>Password <input name=p type=password></label>';
  const leaving = [hidden('baseURI'), hidden('ownerDocument'), names.map(hidden).join('')].flatMap((clobbering) => [
    `<form action="http://evil.test/" method=post>${clobbering}${fields}<button>Sign in</button></form>`,
    `<form action="/login">${clobbering}${fields}<button formaction="http://evil.test/">Sign in</button></form>`,
  ]);
  const images = ['baseURI', 'querySelectorAll', 'documentElement', 'elementsFromPoint', 'activeElement'];
  const around = images.map((name) => `<img name="${name}" alt="">`).join('');
  for (const html of [...leaving, ...leaving.slice(-2).map((form) => around + form)]) {
    const popup = await fillWith(html);
    await expect(popup.getByText('sends what is typed into it to http://evil.test'), html).toBeVisible();
    await popup.close();
    expect(await page.locator('[name=p]').inputValue(), html).toBe('');
  }
  expect(await listDirect(signedIn)).toHaveLength(0);
  expect(await listDenials(signedIn)).toHaveLength(leaving.length + 2);

  const honest = `${around}<form action="/login">${names.map(hidden).join('')}${fields}<button>Sign in</button></form>`;
  await fillWith(honest);
  await expect(page.locator('[name=p]')).toHaveValue(secret);
  expect(await listDirect(signedIn)).toHaveLength(1);
});

/** Pages whose login a script or a person could fill, but nobody can see. */
const unseenPages: Record<string, string> = {
  'in a box without height below the fold':
    '<div style="height:3000px"></div><div style="height:0;overflow:hidden">FORM</div>',
  'cut away below the fold':
    '<div style="height:3000px"></div><div style="position:absolute;clip:rect(0,0,0,0)">FORM</div>',
  'below something else below the fold':
    '<div style="height:3000px"></div><div style="position:relative">FORM<div style="position:absolute;inset:0;background:#fff"></div></div>',
  'below a cover that lets clicks through':
    '<div style="position:relative">FORM<div style="position:absolute;inset:0;background:#fff;pointer-events:none"></div></div>',
  'below a cover that insists on that':
    '<div style="position:relative">FORM<div style="position:absolute;inset:0;background:#fff;pointer-events:none!important"></div></div>',
  'below a cover that is inert':
    '<div style="position:relative">FORM<div inert style="position:absolute;inset:0;background:#fff"></div></div>',
  'below a cover that is added to the page':
    '<style>body::after{content:"";position:fixed;inset:0;background:#fff;pointer-events:none}</style>FORM',
  'below a cover in a layer that has the last word':
    '<style>@layer a{body::after{content:"";position:fixed;inset:0;background:#fff;pointer-events:none!important}}</style>FORM',
  'below a cover in a shadow':
    '<div style="position:relative">FORM<div><template shadowrootmode="closed"><div style="position:absolute;inset:0;background:#fff;pointer-events:none"></div></template></div></div>',
  'below a shadow that something beside it casts':
    'FORM<i style="position:fixed;top:0;left:0;box-shadow:0 0 0 4000px #fff;pointer-events:none"></i>',
  'behind a mask': '<div style="mask-image:linear-gradient(transparent,transparent)">FORM</div>',
  'by filters that turn it white': '<div style="filter:brightness(0) invert(1)">FORM</div>',
  'for its blur': '<div style="filter:blur(60px)">FORM</div>',
  'for its transparent ink':
    '<style>input{color:transparent;background:transparent;border-color:transparent;outline:0}</style>FORM',
  'beside the page': '<div style="position:absolute;left:3000px">FORM</div>',
};

/** Pages that honest sites are made like. */
const seenPages: Record<string, string> = {
  'below the fold, under a header that stays':
    '<header style="position:sticky;top:0;height:120px;background:#123;z-index:5">Shop</header><div style="height:3000px"></div>FORM<div style="height:3000px"></div>',
  'with labels that float over the fields':
    '<style>label{position:relative;display:block}label span{position:absolute;left:8px;top:10px;pointer-events:none}</style>FLOATING',
  'with a frame over each field and an eye in it':
    '<style>label{position:relative;display:block}fieldset{position:absolute;inset:-5px 0 0;pointer-events:none}button[type=button]{position:absolute;right:4px;top:4px;width:28px;height:28px}</style>FRAMED',
  'on a card with small effects over a picture':
    '<style>body::before{content:"";position:fixed;inset:0;background:#345;z-index:-1;pointer-events:none}</style><div style="filter:brightness(.95);opacity:.95;transform:scale(.98)">FORM</div>',
  'in a dialog of its own over an inert page':
    '<main inert style="background:#abc;height:800px">The shop</main><div style="position:fixed;inset:80px;background:#fff">FRAMED</div>',
  'in a box that scrolls': '<div style="height:300px;overflow:auto"><div style="height:900px"></div>FORM</div>',
  'behind a decoy':
    '<div style="height:0;overflow:hidden"><form><input type=password></form></div><div style="height:3000px"></div>FORM',
};

/** Fills in the forms that stand for themselves above. */
function drawPage(html: string): string {
  const drawField = (before: string, input: string, after: string) => `<label>${before}${input}${after}</label>`;
  const draw = (before: (name: string) => string, after: string) =>
    `<form action="/login" style="width:340px;margin:20px">${drawField(before('E-mail'), '<input name=u type=email style="width:300px">', after)}${drawField(before('Password'), '<input name=p type=password style="width:300px">', after)}<button>Sign in</button></form>`;
  return html
    .replaceAll(
      'FORM',
      draw((name) => `${name} `, ''),
    )
    .replaceAll(
      'FLOATING',
      draw(() => '', '<span>What is asked for</span>'),
    )
    .replaceAll(
      'FRAMED',
      draw((name) => `${name} `, '<fieldset></fieldset><button type="button" aria-label="Show">o</button>'),
    );
}

async function showPage(page: Page, html: string): Promise<void> {
  await page.evaluate((markup) => {
    document.body.setHTMLUnsafe(markup);
    document.body.style.display = 'block';
    scrollTo(0, 0);
  }, drawPage(html));
}

test('the popup fills no login that nobody can see, and asks for none', async ({ browser_, signedIn, site }) => {
  test.slow();
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  for (const [name, html] of Object.entries(unseenPages)) {
    const popup = await browser_.openPopup(page);
    await showPage(page, html);
    await popup.getByRole('button', { name: 'Fill sam@example.com' }).click();
    await expect(popup.getByText(/cannot be seen|No login form/), name).toBeVisible();
    expect(await page.locator('[name=p]').inputValue(), name).toBe('');
    await popup.close();
  }
  expect(await listDirect(signedIn)).toHaveLength(0);
});

test('the popup fills what honest pages show: below the fold, with floating labels, icons, frames and small effects', async ({
  browser_,
  signedIn,
  site,
}) => {
  test.slow();
  await storeLogin(signedIn, site);
  const page = await visit(browser_, site.toUrl('shop.test'));
  for (const [name, html] of Object.entries(seenPages)) {
    const popup = await browser_.openPopup(page);
    await showPage(page, html);
    await popup.getByRole('button', { name: 'Fill sam@example.com' }).click();
    await expect(page.locator('[name=p]'), name).toHaveValue(secret);
    await expect(page.locator('[name=u]'), name).toHaveValue('sam@example.com');
    await expect.poll(() => popup.isClosed(), name).toBe(true);
  }
  expect(await listDirect(signedIn)).toHaveLength(Object.keys(seenPages).length);
});
