// A site as people and agents state it.

import { z } from 'zod';
import { toOrigin } from './site.ts';

/** A site of a login, stored as an origin. */
export const site = z
  .string()
  .trim()
  .max(300)
  .transform((text, issues) => {
    const origin = toOrigin(text);
    if (origin !== null) return origin;
    issues.addIssue({ code: 'custom', message: 'must be a web address such as https://example.com' });
    return z.NEVER;
  });
