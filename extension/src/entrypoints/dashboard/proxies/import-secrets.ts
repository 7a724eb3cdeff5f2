// What in a pasted configuration is a secret. In doubt it is one: a value too many in the vault harms nobody.

/** Names that say so themselves. */
const secretName =
  /authorization|auth|token|secret|password|passwd|credential|cookie|session|signature|(^|[-_.])(api|access|private|app|application|subscription|x)?[-_.]?key($|[-_.])|apikey/i;

/** Headers whose values are known to be plain. */
const plainName =
  /(version|content|accept|agent|language|toolsets?|readonly|region|project|workspace|org|organization)/i;

/** A value that somebody made up by chance: long, without spaces, of letters and digits mixed. */
const secretValue = /^(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9._~+/=-]{20,}$/;

/** Well-known beginnings of keys. */
const keyStart =
  /^(sk-|sk_|rk_|pk_|ghp_|gho_|github_pat_|glpat-|xox[abps]-|lin_api_|ntn_|secret_|hf_|AKIA|AIza|ey[JK])/;

/** In a path, what no word or number of a resource looks like: of letters in both cases and digits, or of many hex digits. */
const secretSegment = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9_~+=-]{24,}$|(^|[-_])[0-9a-f]{32,}$/;

/** Whether a text is a secret, or the beginning of one, whatever it stands under. */
export function isSecretValue(text: string): boolean {
  return keyStart.test(text) || secretValue.test(text);
}

/** Whether a part of an address's path is one that only its owner knows. */
export function isSecretSegment(segment: string): boolean {
  return keyStart.test(segment) || secretSegment.test(segment);
}

/** Whether what stands under a header's or parameter's name belongs into the vault. */
export function isSecretHeader(name: string, value: string): boolean {
  if (value.trim() === '') return false;
  if (keyStart.test(value) || secretName.test(name)) return true;
  return secretValue.test(value) && !plainName.test(name);
}

/** `Bearer abc` is a scheme that stays and a secret that goes; anything else goes as a whole. */
export function splitScheme(value: string): { scheme: string; rest: string } {
  const match = /^(Bearer|Basic|Token|Bot|Api-?Key|Key)(\s+|\s*=\s*|:\s*)(?=\S)/i.exec(value);
  const scheme = match?.[0] ?? '';
  return { scheme, rest: value.slice(scheme.length).trim() };
}
