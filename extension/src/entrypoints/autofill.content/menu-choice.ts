// How a person chooses in the menu: the pointer on the options, keys in the field. The focus stays in the field.

/**
 * choosing: a login may be picked. filling: one was picked. refused: the menu says why nothing was filled.
 * A choice is made once: the keys that follow belong to the page again.
 */
export type Phase = 'choosing' | 'filling' | 'refused';

/** What a person's clicks and keys come to. The events are trusted or not; whoever picks must look. */
export interface Choice {
  phase(): Phase;
  pick(index: number, event: Event): void;
  close(): void;
}

/** Listens until the signal ends it. What a person types into the field closes the menu: they go without it. */
export function listenForChoice(
  field: HTMLInputElement,
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
  /** True when the key was meant for the menu. */
  const take = (event: KeyboardEvent): boolean => {
    if (event.key === 'Escape') choice.close();
    else if (event.key === 'Enter' && isSwallowed(event, choice.phase())) return true;
    else if (choice.phase() !== 'choosing') return false;
    else if (event.key === 'ArrowDown') select((chosen + 1) % options.length);
    else if (event.key === 'ArrowUp') select((Math.max(chosen, 0) - 1 + options.length) % options.length);
    else if (event.key === 'Enter' && chosen >= 0) choice.pick(chosen, event);
    else return false;
    return true;
  };
  const onKey = (event: KeyboardEvent) => {
    if (!event.isTrusted || event.target !== field || event.isComposing || !take(event)) return;
    // The page must not submit its form, or close its dialog, with a key that was meant for the menu.
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const onInput = (event: Event) => {
    if (event.isTrusted && event.target === field) choice.close();
  };
  for (const [index, option] of options.entries()) {
    option.addEventListener('pointermove', () => select(index), { signal });
    option.addEventListener('click', (event) => choice.pick(index, event), { signal });
  }
  window.addEventListener('keydown', onKey, { capture: true, signal });
  window.addEventListener('input', onInput, { capture: true, signal });
}

/** An Enter that is held, or pressed again meanwhile, neither picks again nor sends the form half filled. */
function isSwallowed(event: KeyboardEvent, phase: Phase): boolean {
  return event.repeat || phase === 'filling';
}
