import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { createApi, toFailure } from './api.ts';

const session = {
  serverAddress: 'http://keytrail.test',
  token: 'token',
  account: { accountId: 'ada', name: 'Ada', email: 'ada@example.com' },
};
const api = createApi(session, () => undefined);
const id = '00000000-0000-4000-8000-000000000000';

beforeEach(() => {
  fakeBrowser.reset();
  vi.useFakeTimers();
  // Those of the platform take no notice of a clock that is turned.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('over', 'TimeoutError')), ms);
    return controller.signal;
  });
  vi.spyOn(globalThis, 'fetch').mockImplementation(
    (_url, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
  );
});
afterEach(() => vi.useRealTimers());

for (const [name, call, limitMs] of [
  ['a list', () => api.credentials.list.query(), 15_000],
  [
    'a replay of thirty seconds',
    () => api.policies.replay.query({ policy: { rules: [] }, targets: [], days: 7 }),
    40_000,
  ],
  ['a refresh for which a webhook is asked', () => api.credentials.refresh.mutate({ id }), 110_000],
  ['a test call with such a refresh before it', () => api.proxies.test.mutate({ id }), 130_000],
  ['the binding of a webhook', () => api.webhook.bind.mutate(), 30_000],
] as const) {
  test(`${name} is waited for as long as the server may take, and no longer`, async () => {
    const ended = vi.fn();
    const failure = call().catch((error: unknown) => {
      ended();
      return toFailure(error);
    });
    await vi.advanceTimersByTimeAsync(limitMs - 1);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await failure).toMatchObject({
      kind: 'offline',
      sentence: expect.stringContaining('did not answer in time'),
    });
  });
}
