// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { listenForChoice, type Phase } from './menu-choice.ts';

let life = new AbortController();

/** A field with two options, of which the first is chosen while the menu is choosing. */
function choose() {
  life = new AbortController();
  document.body.innerHTML = '<input>';
  const field = document.querySelector('input');
  if (field === null) throw new Error('the page has no field');
  let phase: Phase = 'choosing';
  const [pick, close] = [vi.fn(), vi.fn()];
  const options = [document.createElement('div'), document.createElement('div')];
  listenForChoice(field, options, { phase: () => phase, pick, close }, life.signal);
  press(field, 'ArrowDown');
  return { field, pick, close, goTo: (next: Phase) => (phase = next) };
}

/** A person's key. False when the page does not get it. */
function press(field: HTMLInputElement, key: string, init: KeyboardEventInit = {}): boolean {
  return dispatch(field, new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }), true);
}

function dispatch(field: HTMLInputElement, event: Event, isTrusted: boolean): boolean {
  Object.defineProperty(event, 'isTrusted', { value: isTrusted });
  return field.dispatchEvent(event);
}

afterEach(() => life.abort());

test('Enter picks the chosen login, and the page does not get the key', () => {
  const { field, pick } = choose();
  expect(press(field, 'Enter')).toBe(false);
  expect(pick).toHaveBeenCalledExactlyOnceWith(0, expect.any(KeyboardEvent));
});

test.each<[Phase]>([['choosing'], ['filling'], ['refused']])(
  'a held Enter neither picks nor sends the form while %s',
  (phase) => {
    const { field, pick, goTo } = choose();
    goTo(phase);
    expect(press(field, 'Enter', { repeat: true })).toBe(false);
    expect(pick).not.toHaveBeenCalled();
  },
);

test('Enter pressed again while filling neither picks nor sends the form', () => {
  const { field, pick, goTo } = choose();
  goTo('filling');
  expect(press(field, 'Enter')).toBe(false);
  expect(pick).not.toHaveBeenCalled();
});

test('after a refusal the keys are the page’s', () => {
  const { field, pick, goTo } = choose();
  goTo('refused');
  for (const key of ['Enter', 'ArrowDown', 'ArrowUp']) expect(press(field, key), key).toBe(true);
  expect(pick).not.toHaveBeenCalled();
});

test.each<[Phase]>([['choosing'], ['filling'], ['refused']])('Escape closes the menu while %s', (phase) => {
  const { field, close, goTo } = choose();
  goTo(phase);
  expect(press(field, 'Escape')).toBe(false);
  expect(close).toHaveBeenCalledOnce();
});

test('typing into the field closes the menu; a value that a script puts there does not', () => {
  const { field, close } = choose();
  dispatch(field, new Event('input', { bubbles: true }), false);
  expect(close).not.toHaveBeenCalled();
  dispatch(field, new Event('input', { bubbles: true }), true);
  expect(close).toHaveBeenCalledOnce();
});
