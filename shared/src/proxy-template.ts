// Templates of what a proxy injects: text with places for the values of its credential.

/** A place in a template: the main secret of the credential, or a field by name. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'token' }
  | { readonly kind: 'field'; readonly name: string };

// A dollar sign and a brace that begin no place are a mistake rather than text: they would go out as they stand.
const place = /\$\{([^}]*)\}/g;

/** Reads a template; null where a place is neither `${TOKEN}` nor `${FIELD:name}`. */
export function parseTemplate(template: string): TemplatePart[] | null {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of template.matchAll(place)) {
    if (match.index > end) parts.push({ kind: 'text', text: template.slice(end, match.index) });
    end = match.index + match[0].length;
    const name = match[1] ?? '';
    if (name === 'TOKEN') parts.push({ kind: 'token' });
    else if (name.startsWith('FIELD:') && name.length > 6) parts.push({ kind: 'field', name: name.slice(6) });
    else return null;
  }
  const rest = template.slice(end);
  if (rest.includes('${')) return null;
  if (rest !== '') parts.push({ kind: 'text', text: rest });
  return parts;
}

/**
 * The fields that templates name. Throws for a template that was never valid.
 * @param tokenField what `${TOKEN}` stands for. Where that is nothing, the place is named as it is written: no credential has a
 * field of such a name, so that whoever releases fields refuses it.
 */
export function fieldsOfTemplates(templates: readonly string[], tokenField: string | null): string[] {
  const names = templates.flatMap((template) =>
    getParts(template).flatMap((part) => {
      if (part.kind === 'text') return [];
      if (part.kind === 'field') return [part.name];
      return [tokenField ?? `\${TOKEN}`];
    }),
  );
  return [...new Set(names)];
}

/** Fills a template. Throws where a value that it names is missing. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string>>,
  tokenField: string | null,
): string {
  return getParts(template)
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const name = part.kind === 'token' ? tokenField : part.name;
      const value = name === null ? undefined : Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) throw new Error('a template names a value that the credential does not have');
      return value;
    })
    .join('');
}

function getParts(template: string): TemplatePart[] {
  const parts = parseTemplate(template);
  if (parts === null) throw new Error('a stored template is not valid');
  return parts;
}
