// The seat of approvals: what waits for the owner's word comes before everything else in the popup.

import { Children, type ReactNode } from 'react';
import { Section } from './section.tsx';
import { popupStrings } from './strings.ts';

/** A list with one item for each request; nothing at all where none waits. */
export function Approvals({ children }: { readonly children?: ReactNode }) {
  if (Children.count(children) === 0) return null;
  return (
    <Section title={popupStrings.approvals}>
      <ul className="overflow-hidden rounded-lg border border-line bg-panel">{children}</ul>
    </Section>
  );
}
