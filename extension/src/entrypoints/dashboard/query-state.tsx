// What a page shows in place of a list that is on its way, or that could not be fetched.

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { toFailure } from '../../lib/api.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { strings } from './strings.ts';

interface QueryStateProps<Data> {
  readonly query: UseQueryResult<Data, unknown>;
  readonly children: (data: Data) => ReactNode;
}

/** Data stays on screen while a refetch fails; the failure stands above it. */
export function QueryState<Data>({ query, children }: QueryStateProps<Data>) {
  return (
    <>
      {query.error !== null && query.error !== undefined && (
        <Notice
          tone="bad"
          action={
            <Button size="small" pending={query.isFetching} onClick={() => query.refetch()}>
              {strings.retry}
            </Button>
          }
        >
          {toFailure(query.error).sentence}
        </Notice>
      )}
      {query.data !== undefined && children(query.data)}
      {query.isPending && query.error === null && <SkeletonRows label={strings.loading} />}
    </>
  );
}
