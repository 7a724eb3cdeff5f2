// The credentials of an import in calls that the server takes: so many, and so large.

import { type CredentialInput, importBatchMax } from '@keytrail/shared/credential';

/** Half of what a request may be: what is counted here are characters, and some of them are several bytes. */
const batchBytesMax = 400_000;

/** In order; none is empty. */
export function toBatches<Item>(items: readonly Item[], toInput: (item: Item) => CredentialInput): Item[][] {
  const batches: Item[][] = [];
  let size = 0;
  for (const item of items) {
    const length = new TextEncoder().encode(JSON.stringify(toInput(item))).length;
    const last = batches.at(-1);
    if (last !== undefined && last.length < importBatchMax && size + length <= batchBytesMax) {
      last.push(item);
      size += length;
    } else {
      batches.push([item]);
      size = length;
    }
  }
  return batches;
}
