// Names and values in a drawer, and the heads of its sections.

import type { ReactNode } from 'react';

/** A titled part of a drawer. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="eyebrow">{title}</h3>
      {children}
    </section>
  );
}

/** A list of names and values. */
export function Details({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-[7.5rem_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1.5">{children}</dl>;
}

/** One name and its value. */
export function Detail({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-mute">{name}</dt>
      <dd dir="auto" className="user-text min-w-0">
        {children}
      </dd>
    </>
  );
}
