// Grey rows in place of a list that is still on its way.

/** As many rows as would fill the eye; read aloud as one busy region. */
export function SkeletonRows({ rows = 6, label }: { readonly rows?: number; readonly label: string }) {
  return (
    <div role="status" aria-label={label} className="overflow-hidden rounded-lg border border-line bg-panel">
      {Array.from({ length: rows }, (_, index) => `row-${index}`).map((key) => (
        <div key={key} className="flex items-center gap-2.5 border-t border-hairline px-3 py-2.5 first:border-t-0">
          <span className="size-6 animate-pulse rounded-sm bg-sunken" />
          <span className="h-3 w-2/5 animate-pulse rounded-sm bg-sunken" />
          <span className="ms-auto h-3 w-14 animate-pulse rounded-sm bg-sunken" />
        </div>
      ))}
    </div>
  );
}
