// The toolbar popup as a person has it: nobody is attached to it while it opens. What watches a page puts a world of its own
// beside the page's and holds the page until that is done, which a measurement would count.

import type { BrowserContext, Page } from '@playwright/test';
import { attachToOther, openBrowserCdp, triggerPopup } from './browser.ts';

/** Opens the popup over a page, leaves it alone for so long, evaluates an expression in it, and closes it. */
export async function evaluateUnwatched<Value>(
  context: BrowserContext,
  over: Page,
  { restMs, expression }: { restMs: number; expression: string },
): Promise<Value> {
  // Read by Playwright whenever something opens.
  const before = process.env[attachToOther];
  delete process.env[attachToOther];
  try {
    await triggerPopup(context, over);
    await new Promise((resolve) => setTimeout(resolve, restMs));
  } finally {
    process.env[attachToOther] = before;
  }
  const cdp = await openBrowserCdp(context);
  const { targetInfos } = await cdp.send('Target.getTargets', { filter: [{}] });
  const popup = targetInfos.find(({ type, url }) => type !== 'tab' && url.endsWith('/popup.html'));
  if (popup === undefined) throw new Error('no popup is open');
  const { sessionId } = await cdp.send('Target.attachToTarget', { targetId: popup.targetId, flatten: false });
  const answered = new Promise<string>((resolve) => {
    cdp.once('Target.receivedMessageFromTarget', ({ message }) => resolve(message));
  });
  const evaluate = { method: 'Runtime.evaluate', params: { expression, awaitPromise: true, returnByValue: true } };
  await cdp.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: 1, ...evaluate }) });
  const { result } = JSON.parse(await answered);
  if (result.exceptionDetails !== undefined) throw new Error(JSON.stringify(result.exceptionDetails));
  await cdp.send('Target.closeTarget', { targetId: popup.targetId });
  await cdp.detach();
  return result.result.value;
}
