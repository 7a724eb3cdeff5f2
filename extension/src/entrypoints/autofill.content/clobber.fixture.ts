// DOM clobbering where the DOM is happy-dom's, which does not do it: in a browser, what a form's fields are called stands
// in the way of the form's own members.

/** Names of members that somebody may ask of a form. Not `getAttribute`, which happy-dom itself asks: a browser test has it. */
export const clobberingNames = [
  'action',
  'baseURI',
  'children',
  'elements',
  'id',
  'name',
  'ownerDocument',
  'parentElement',
  'querySelectorAll',
];

/** Does something while the named fields of the page's forms stand in the way, as they do in a browser. */
export function whileClobbered<Result>(act: () => Result): Result {
  const stood = [...document.querySelectorAll('form input[name]')].flatMap((field) => {
    const [form, name] = [field.closest('form'), field.getAttribute('name')];
    if (form === null || name === null) return [];
    Object.defineProperty(form, name, { value: field, configurable: true });
    return [{ form, name }];
  });
  try {
    return act();
  } finally {
    for (const { form, name } of stood) Reflect.deleteProperty(form, name);
  }
}
