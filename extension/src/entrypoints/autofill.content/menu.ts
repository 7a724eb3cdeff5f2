// The menu at the field. It stands in the top layer in a closed shadow root; the page can neither read nor style it.
// A pick counts only when a person made it on a menu that has been in plain sight: pages lure clicks onto hidden menus.

import type { LoginChoice } from '../../lib/messages.ts';
import { watchApproach } from './approach.ts';
import css from './menu.css?inline';
import { listenForChoice, type Phase } from './menu-choice.ts';
import { drawFoot, drawLogin, drawMenu, drawNote } from './menu-parts.ts';
import { placeHost } from './menu-place.ts';
import { markOwn } from './own-elements.ts';
import { watchSight } from './sight.ts';
import { watchStanding } from './standing.ts';
import { getDocumentElement, makeElement } from './unclobbered.ts';

const seenMinMs = 500;

/** A menu; once closed it stays closed. */
export interface Menu {
  /** The field it stands at. */
  readonly field: HTMLInputElement;
  isOpen(): boolean;
  /** Says something in place of the logins, of which none can be picked any more. */
  say(sentence: string, failed: boolean): void;
  /** Follows the field; closes when that has gone. */
  place(): void;
  close(): void;
}

/** Opens the menu at a field. `onPick` gets the login a person chose, once. */
export function openMenu(
  field: HTMLInputElement,
  logins: readonly LoginChoice[],
  onPick: (login: LoginChoice) => void,
): Menu {
  const life = new AbortController();
  const host = makeElement('div');
  const close = () => {
    life.abort();
    host.remove();
  };
  const options = logins.map(drawLogin);
  const panel = drawMenu(options);
  let phase: Phase = 'choosing';
  const pick = (index: number, event: Event) => {
    const login = logins[index];
    if (login === undefined || phase !== 'choosing' || !isMeant(event)) return;
    phase = 'filling';
    onPick(login);
  };
  listenForChoice(field, options, { phase: () => phase, pick, close }, life.signal);
  keepFocus(panel, life.signal);

  const frame = mount(host, panel, field);
  const place = () => {
    if (!placeHost(host, frame, field)) close();
  };
  // The page's own events may not lead the menu about.
  const follow = (event: Event) => event.isTrusted && place();
  window.addEventListener('scroll', follow, { capture: true, passive: true, signal: life.signal });
  window.addEventListener('resize', follow, { signal: life.signal });
  window.addEventListener('visibilitychange', close, { signal: life.signal });
  place();
  const isMeant = watchPerson(host, panel, close, life.signal);

  const say = (sentence: string, failed: boolean) => {
    phase = failed ? 'refused' : 'filling';
    panel.replaceChildren(drawNote(sentence, failed), drawFoot());
  };
  return { field, isOpen: () => host.isConnected, say, place, close };
}

/** Tells of a pick whether the person meant it: they saw the menu where it stands, and the pointer went there. */
function watchPerson(
  host: HTMLElement,
  panel: HTMLElement,
  onTampered: () => void,
  signal: AbortSignal,
): (event: Event) => boolean {
  const standsSinceMs = watchStanding(host, signal);
  const isApproached = watchApproach(panel, standsSinceMs, signal);
  const sight = watchSight(host, signal, onTampered);
  return (event) => {
    const seenForMs = Math.min(sight.seenForMs(), performance.now() - standsSinceMs());
    return event.isTrusted && seenForMs >= seenMinMs && (event instanceof KeyboardEvent || isApproached());
  };
}

/** Puts the host into the top layer. Returns the style element that holds the host's own rules. */
function mount(host: HTMLElement, panel: HTMLElement, field: HTMLInputElement): HTMLElement {
  const root = host.attachShadow({ mode: 'closed' });
  const [style, frame] = [makeElement('style'), makeElement('style')];
  style.textContent = css;
  root.append(style, frame, panel);
  markOwn(host);
  host.popover = 'manual';
  // Everything outside a modal dialog is inert, so the menu of a field in one stands inside it.
  (field.closest('dialog:modal') ?? getDocumentElement()).append(host);
  host.showPopover();
  return frame;
}

/** A press on the menu leaves the focus in the field. */
function keepFocus(panel: HTMLElement, signal: AbortSignal): void {
  const keep = (event: Event) => event.preventDefault();
  panel.addEventListener('pointerdown', keep, { signal });
  panel.addEventListener('mousedown', keep, { signal });
}
