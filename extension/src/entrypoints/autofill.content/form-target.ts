// Where does a form send what is typed into it? A login that leaves for another site is not this page's login; which
// addresses belong to one site, the worker knows.

/**
 * The http(s) origins, but for the page's own, that the form or one of its buttons sends to. The page's host over https
 * is its own, too. A script may send values elsewhere all the same; markup that was smuggled in may not.
 * @param page the page's address.
 */
export function listForeignTargets(form: HTMLFormElement, page: URL): string[] {
  const buttons = [...form.ownerDocument.querySelectorAll<HTMLButtonElement | HTMLInputElement>('[formaction]')];
  const targets = buttons.filter((button) => button.form === form).map((button) => button.getAttribute('formaction'));
  // The attribute: a field named `action` stands in the way of the property.
  const origins = [form.getAttribute('action'), ...targets].map((target) =>
    toForeignOrigin(target, form.baseURI, page),
  );
  return [...new Set(origins.filter((origin) => origin !== null))];
}

function toForeignOrigin(target: string | null, base: string, page: URL): string | null {
  // Without an address a form sends to its own page, whatever the base.
  const address = target?.trim() ?? '';
  if (address === '' || !URL.canParse(address, base)) return null;
  const { protocol, host, origin } = new URL(address, base);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  return host === page.host && (protocol === page.protocol || protocol === 'https:') ? null : origin;
}
