// Browser notifications: those that are wanted are shown, once each, and those that are not are taken away. What the
// person closed stays closed.

import { browser } from 'wxt/browser';

export interface Notice {
  readonly id: string;
  readonly title: string;
  readonly message: string;
  /** A second, quieter line where the browser has room for one. */
  readonly context?: string | undefined;
  /** At most two; browsers without such buttons leave them out. */
  readonly buttons?: readonly string[] | undefined;
  /** Stays until it is answered. */
  readonly isUrgent?: boolean | undefined;
  /** Taken away and wanted again, it comes back no sooner than this after it was last told. */
  readonly restMs?: number | undefined;
}

export interface NoticeHandler {
  readonly onClick: (id: string) => Promise<void>;
  readonly onButton?: (id: string, index: number) => Promise<void>;
}

// While the browser runs: after that there are no notifications either.
const key = 'notices';
type Stored = Record<string, readonly string[] | undefined>;
const restKey = 'noticesResting';
/** Until when what was told rests, by name. */
type Resting = Readonly<Record<string, number>>;
let showing: Promise<void> = Promise.resolve();

/** Makes these the notifications of their kind. One call after the other, also after one that failed. */
export function showNotices(kind: string, notices: readonly Notice[]): Promise<void> {
  const showThese = () => show(kind, notices);
  showing = showing.then(showThese, showThese);
  return showing;
}

async function show(kind: string, notices: readonly Notice[]): Promise<void> {
  const shown = (await browser.storage.session.get<Stored>(key))[key] ?? [];
  const isOfKind = (name: string) => name.startsWith(`${kind}:`);
  const wanted = notices.map((notice) => ({ name: `${kind}:${notice.id}`, notice }));
  const names = wanted.map(({ name }) => name);
  for (const name of shown) if (isOfKind(name) && !names.includes(name)) await browser.notifications.clear(name);
  const resting = await readResting();
  // What rests does not count as shown: the next call after its rest tells it.
  const told = wanted.filter(({ name }) => shown.includes(name) || resting[name] === undefined);
  const fresh = told.filter(({ name }) => !shown.includes(name));
  for (const { name, notice } of fresh) await create(name, notice);
  await browser.storage.session.set({
    [key]: [...shown.filter((name) => !isOfKind(name)), ...told.map(({ name }) => name)],
    [restKey]: { ...resting, ...toResting(fresh) },
  });
}

/** Those whose rest is not over. */
async function readResting(): Promise<Resting> {
  const resting = (await browser.storage.session.get<Record<string, Resting | undefined>>(restKey))[restKey] ?? {};
  return Object.fromEntries(Object.entries(resting).filter(([, untilMs]) => untilMs > Date.now()));
}

function toResting(fresh: readonly { readonly name: string; readonly notice: Notice }[]): Resting {
  return Object.fromEntries(
    fresh.flatMap(({ name, notice }) => (notice.restMs === undefined ? [] : [[name, Date.now() + notice.restMs]])),
  );
}

async function create(name: string, notice: Notice): Promise<void> {
  await browser.notifications.create(name, {
    type: 'basic',
    iconUrl: browser.runtime.getURL('/icon/128.png'),
    title: notice.title,
    message: notice.message,
    // Firefox refuses a notification with members that it does not know.
    ...(import.meta.env.FIREFOX
      ? {}
      : {
          ...(notice.context === undefined ? {} : { contextMessage: notice.context }),
          ...(notice.buttons === undefined ? {} : { buttons: notice.buttons.map((title) => ({ title })) }),
          requireInteraction: notice.isUrgent ?? false,
        }),
  });
}

/** Answers clicks, by kind. Call it once, before the worker's first turn ends: a click may be what started it. */
export function answerNotices(handlers: Readonly<Record<string, NoticeHandler>>): void {
  const find = (name: string) => {
    const [kind = '', id = ''] = name.split(':');
    return { handler: handlers[kind], id };
  };
  browser.notifications.onClicked.addListener((name) => {
    const { handler, id } = find(name);
    void browser.notifications.clear(name);
    void handler?.onClick(id);
  });
  if (import.meta.env.FIREFOX) return;
  browser.notifications.onButtonClicked.addListener((name, index) => {
    const { handler, id } = find(name);
    void browser.notifications.clear(name);
    void handler?.onButton?.(id, index);
  });
}
