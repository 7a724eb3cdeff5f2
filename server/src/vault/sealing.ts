// Seals the secret fields of a credential, one box a field. Who may open them is in `test/rules.test.ts`.

import type { Context } from '../base/context.ts';
import { isSameSealing, seal } from '../base/envelope.ts';
import type { SealedField } from '../base/schema.ts';

/** The credential and the version that boxes are bound to. */
export interface Binding {
  readonly accountId: string;
  readonly credentialId: string;
  readonly version: number;
}

/** Seals each value under its field's name. Absent values are left out. */
export function sealFields(
  ctx: Pick<Context, 'masterKeys'>,
  binding: Binding,
  values: Readonly<Record<string, string | null | undefined>>,
): Record<string, SealedField> {
  const sealed: Record<string, SealedField> = {};
  for (const [field, value] of Object.entries(values)) {
    if (typeof value !== 'string') continue;
    const box = seal(ctx.masterKeys, { ...binding, field }, value);
    sealed[field] = { version: binding.version, box: box.toString('base64') };
  }
  return sealed;
}

/** Whether two fields hold what was sealed, or written at the webhook, at one time, though a rotation of the master key came between. */
export function isSameSecret(a: SealedField | undefined, b: SealedField | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.box === null || b.box === null) return a.box === b.box && a.version === b.version;
  return isSameSealing(Buffer.from(a.box, 'base64'), Buffer.from(b.box, 'base64'));
}
