// Recognises errors of the operating system by their code.

/** True when the error carries one of the codes, such as ENOENT. */
export function hasSystemCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
