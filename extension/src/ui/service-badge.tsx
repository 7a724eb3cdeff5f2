// The service slug of a credential or event, as a small badge.

import { joinClasses } from './join-classes.ts';

/** Shows the slug; long ones are cut and read in full in the title. */
export function ServiceBadge({ service, className }: { readonly service: string; readonly className?: string }) {
  return (
    <span
      dir="auto"
      title={service}
      className={joinClasses(
        'user-text inline-block max-w-40 min-w-0 truncate rounded-sm border border-line bg-sunken px-1.75 align-middle text-2xs leading-4.5 font-medium text-mute',
        className,
      )}
    >
      {service}
    </span>
  );
}
