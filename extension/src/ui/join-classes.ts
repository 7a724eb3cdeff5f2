// Joins class names, leaving out what does not apply.

/** One class attribute from parts; false, null and undefined parts are dropped. */
export function joinClasses(...parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter(Boolean).join(' ');
}
