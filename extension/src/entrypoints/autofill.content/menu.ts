// The menu at the field. It stands in the top layer in a closed shadow root; the page can neither read nor style it.
// A pick counts only when a person made it on a menu that has been in plain sight: pages lure clicks onto hidden menus.

import type { LoginChoice } from '../../lib/messages.ts';
import css from './menu.css?inline';
import { drawFoot, drawList, drawLogin, drawNote } from './menu-parts.ts';
import { placeHost } from './menu-place.ts';
import { markOwn } from './own-elements.ts';
import { watchSight } from './sight.ts';

const seenMinMs = 300;

/** A menu; once closed it stays closed. */
export interface Menu {
  /** The field it stands at. */
  readonly field: HTMLInputElement;
  isOpen(): boolean;
  /** Says something in place of the logins. */
  say(sentence: string, failed: boolean): void;
  /** Follows the field; closes when that has gone. */
  place(): void;
  close(): void;
}

/** Opens the menu at a field. `onPick` gets the login a person chose. */
export function openMenu(
  field: HTMLInputElement,
  logins: readonly LoginChoice[],
  onPick: (login: LoginChoice) => void,
): Menu {
  const life = new AbortController();
  const host = document.createElement('div');
  const close = () => {
    life.abort();
    host.remove();
  };
  const sight = watchSight(host, life.signal, close);
  const options = logins.map(drawLogin);
  const list = drawList(options);
  const pick = (index: number, event: Event) => {
    const login = logins[index];
    if (login !== undefined && event.isTrusted && sight.seenForMs() >= seenMinMs) onPick(login);
  };
  listenForChoice(field, list, options, { pick, close }, life.signal);

  const frame = mount(host, list, field);
  const place = () => {
    if (!placeHost(host, frame, field)) close();
  };
  window.addEventListener('scroll', place, { capture: true, passive: true, signal: life.signal });
  window.addEventListener('resize', place, { signal: life.signal });
  document.addEventListener('visibilitychange', close, { signal: life.signal });
  place();
  sight.begin();

  const say = (sentence: string, failed: boolean) => list.replaceChildren(drawNote(sentence, failed), drawFoot());
  return { field, isOpen: () => host.isConnected, say, place, close };
}

/** Puts the host into the top layer. Returns the style element that holds the host's own rules. */
function mount(host: HTMLElement, list: HTMLElement, field: HTMLInputElement): HTMLStyleElement {
  const root = host.attachShadow({ mode: 'closed' });
  const [style, frame] = [document.createElement('style'), document.createElement('style')];
  style.textContent = css;
  root.append(style, frame, list);
  markOwn(host);
  host.popover = 'manual';
  // Everything outside a modal dialog is inert, so the menu of a field in one stands inside it.
  (field.closest('dialog:modal') ?? document.documentElement).append(host);
  host.showPopover();
  return frame;
}

interface Choice {
  pick(index: number, event: Event): void;
  close(): void;
}

/** Mouse on the options, keys in the field; the focus stays in the field. */
function listenForChoice(
  field: HTMLInputElement,
  list: HTMLElement,
  options: readonly HTMLElement[],
  choice: Choice,
  signal: AbortSignal,
): void {
  let chosen = -1;
  const select = (index: number) => {
    chosen = index;
    for (const [position, option] of options.entries()) option.ariaSelected = String(position === index);
    options[index]?.scrollIntoView({ block: 'nearest' });
  };
  const onKey = (event: KeyboardEvent) => {
    if (!event.isTrusted || event.target !== field || event.isComposing) return;
    if (event.key === 'Escape') choice.close();
    else if (event.key === 'ArrowDown') select((chosen + 1) % options.length);
    else if (event.key === 'ArrowUp') select((Math.max(chosen, 0) - 1 + options.length) % options.length);
    else if (event.key === 'Enter' && chosen >= 0) choice.pick(chosen, event);
    else return;
    // The page must not submit its form, or close its dialog, with a key that was meant for the menu.
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const keepFocus = (event: Event) => event.preventDefault();
  for (const [index, option] of options.entries()) {
    option.addEventListener('pointermove', () => select(index), { signal });
    option.addEventListener('click', (event) => choice.pick(index, event), { signal });
  }
  list.addEventListener('pointerdown', keepFocus, { signal });
  list.addEventListener('mousedown', keepFocus, { signal });
  window.addEventListener('keydown', onKey, { capture: true, signal });
}
