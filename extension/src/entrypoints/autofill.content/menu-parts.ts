// What the menu is drawn from. Names are a stranger's text: set as text, never as markup.

import type { LoginChoice } from '../../lib/messages.ts';
import { makeDrawing, makeElement } from './unclobbered.ts';

const keyPath =
  'm15.5 7.5 2.3 2.3a1 1 0 0 0 1.4 0l2.1-2.1a1 1 0 0 0 0-1.4L19 4M21 2l-9.6 9.6M13 15.5a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0';

/** The panel: the options, which scroll, and the foot, which stays. */
export function drawMenu(options: readonly HTMLElement[]): HTMLElement {
  const [menu, list] = [makeElement('div'), makeElement('div')];
  menu.className = 'menu';
  list.className = 'logins';
  list.role = 'listbox';
  list.ariaLabel = 'Keytrail logins';
  list.append(...options);
  menu.append(list, drawFoot());
  return menu;
}

/** One login to choose. */
export function drawLogin(login: LoginChoice): HTMLElement {
  const option = makeElement('div');
  option.className = 'login';
  option.role = 'option';
  option.ariaSelected = 'false';
  const words = makeElement('div');
  words.className = 'words';
  const hasUsername = login.username !== '';
  words.append(drawText('name', hasUsername ? login.username : login.label));
  if (hasUsername && login.label !== login.username) words.append(drawText('label', login.label));
  option.append(drawKey(), words);
  return option;
}

/** A sentence in place of the logins. */
export function drawNote(sentence: string, failed: boolean): HTMLElement {
  const note = drawText(failed ? 'note failed' : 'note', sentence);
  note.role = failed ? 'alert' : 'status';
  return note;
}

/** Whose menu this is. */
export function drawFoot(): HTMLElement {
  return drawText('foot', 'Keytrail · every fill is recorded');
}

function drawText(className: string, text: string): HTMLElement {
  const element = makeElement('div');
  element.className = className;
  element.dir = 'auto';
  element.textContent = text;
  return element;
}

function drawKey(): Element {
  const icon = makeDrawing('svg');
  const path = makeDrawing('path');
  const attributes = { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': '2' };
  for (const [name, value] of Object.entries(attributes)) icon.setAttribute(name, value);
  path.setAttribute('d', keyPath);
  icon.append(path);
  return icon;
}
