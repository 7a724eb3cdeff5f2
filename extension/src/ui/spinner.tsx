// The one sign for "under way".

import { LoaderCircle } from 'lucide-react';

/** Turns while something is pending; hidden from screen readers, who hear `aria-busy`. */
export function Spinner() {
  return <LoaderCircle aria-hidden className="size-4 animate-spin" />;
}
