// Where the focus goes when a form is refused.

/** Moves it to the first control that is wrong. */
export function focusFirstError(form: HTMLFormElement) {
  // The errors are drawn after the handler that found them; the focus moves once they are there.
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
}
