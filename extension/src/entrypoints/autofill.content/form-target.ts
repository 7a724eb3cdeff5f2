// Where does a form send what is typed into it? A login that leaves for another host is not this page's login.

/**
 * True when the form, or one of its buttons, sends to an http(s) address that is not the page's own host. The same host
 * may be sent to over https. A script may send values elsewhere all the same; markup that was smuggled in may not.
 * @param page the page's address.
 */
export function leavesHost(form: HTMLFormElement, page: URL): boolean {
  const buttons = [...form.ownerDocument.querySelectorAll<HTMLButtonElement | HTMLInputElement>('[formaction]')];
  const targets = buttons.filter((button) => button.form === form).map((button) => button.getAttribute('formaction'));
  // The attribute: a field named `action` stands in the way of the property.
  return [form.getAttribute('action'), ...targets].some((target) => isElsewhere(target, form.baseURI, page));
}

function isElsewhere(target: string | null, base: string, page: URL): boolean {
  // Without an address a form sends to its own page, whatever the base.
  const address = target?.trim() ?? '';
  if (address === '' || !URL.canParse(address, base)) return false;
  const { protocol, host } = new URL(address, base);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return host !== page.host || (protocol !== page.protocol && protocol !== 'https:');
}
