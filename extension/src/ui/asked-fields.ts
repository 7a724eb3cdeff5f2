// What a grant begins with of a credential's fields, when an agent has named those that it wants.

/** Fields of a credential that were not asked for; `asked` null: whatever there is. */
export function toUnasked(fields: readonly string[], asked: readonly string[] | null): readonly string[] {
  return asked === null ? [] : fields.filter((name) => !asked.includes(name));
}

/** Whether a credential has nothing of what was asked for. */
export function lacksAsked(fields: readonly string[], asked: readonly string[] | null): boolean {
  return fields.length > 0 && toUnasked(fields, asked).length === fields.length;
}
