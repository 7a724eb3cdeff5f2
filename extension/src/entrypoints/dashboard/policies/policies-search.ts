// The address of the policies page: which policy is edited or attached, what a new one begins with, what is tried.

import { z } from 'zod';
import { templateIds } from './policy-templates.ts';

/** The two ways to try a policy beside its editor. */
export const trials = ['explain', 'replay'] as const;
export type Trial = (typeof trials)[number];

const policiesSearch = z.object({
  q: z.string().max(200).optional().catch(undefined),
  /** The policy in the editor; `new` for one that is not stored yet. */
  edit: z.uuid().or(z.literal('new')).optional().catch(undefined),
  /** With `new`: what it begins with. Without either the templates are shown. */
  template: z
    .enum([...templateIds, 'blank'])
    .optional()
    .catch(undefined),
  copy: z.uuid().optional().catch(undefined),
  trial: z.enum(trials).optional().catch(undefined),
  /** The policy whose attachments are open. */
  attach: z.uuid().optional().catch(undefined),
  /** A request is explained without an editor. */
  explain: z.literal('1').optional().catch(undefined),
});
type Parsed = z.output<typeof policiesSearch>;
export type PoliciesSearch = { [Name in keyof Parsed]?: Parsed[Name] };

/** Reads an address. Total: whatever is wrong in it is left out. */
export function parsePoliciesSearch(search: Record<string, unknown>): PoliciesSearch {
  return policiesSearch.parse(search);
}
