// Which login field has the person gone to? Tells a person's focus from a script's, and notices forms that appear late.

import { findLoginForm } from './login-form.ts';
import { findActiveElement, isPageShown } from './unclobbered.ts';

const gestureMs = 1_000;
const checkDelayMs = 150;
/** A check that took long is followed by a pause of this many times its length. */
const pauseFactor = 40;

/** Calls back when the person reaches, leaves, or loses a login field. */
export interface FocusListener {
  /** `isInvited`: by a click or an arrow key in the field just now. */
  reached(field: HTMLInputElement, isInvited: boolean): void;
  left(): void;
}

/** Follows the focus until the signal ends it. */
export function followFocus({ reached, left }: FocusListener, signal: AbortSignal): void {
  let gestureAtMs = Number.NEGATIVE_INFINITY;
  let current: HTMLInputElement | null = null;
  let isQueued = false;
  let delayMs = checkDelayMs;

  const check = (isInvited: boolean) => {
    const field = current;
    if (field === null) return;
    if (field.isConnected && findLoginForm(field) !== null) reached(field, isInvited);
    else left();
  };
  // A page that changes all the time costs a small share of its time, and only while one of its fields has the focus.
  const changes = new MutationObserver(() => {
    if (isQueued || !isPageShown()) return;
    isQueued = true;
    setTimeout(() => {
      isQueued = false;
      const startMs = performance.now();
      check(false);
      delayMs = Math.max(checkDelayMs, (performance.now() - startMs) * pauseFactor);
    }, delayMs);
  });
  const enter = (target: EventTarget | null, isInvited: boolean) => {
    if (!(target instanceof HTMLInputElement) || performance.now() - gestureAtMs > gestureMs) return;
    current = target;
    changes.observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['type', 'disabled', 'hidden'],
    });
    check(isInvited);
  };
  const onGesture = (event: Event) => {
    if (!event.isTrusted) return;
    gestureAtMs = performance.now();
    // A field that had the focus before (autofocus) counts from the first click or arrow key in it.
    const isInvitation = event.type === 'pointerdown' || (event instanceof KeyboardEvent && event.key === 'ArrowDown');
    if (isInvitation && event.target === findActiveElement()) enter(event.target, true);
  };
  const onBlur = () => {
    current = null;
    changes.disconnect();
    left();
  };
  window.addEventListener('pointerdown', onGesture, { capture: true, signal });
  window.addEventListener('keydown', onGesture, { capture: true, signal });
  window.addEventListener('focusin', (event) => event.isTrusted && enter(event.target, false), { signal });
  window.addEventListener('focusout', onBlur, { signal });
  signal.addEventListener('abort', onBlur);
}
