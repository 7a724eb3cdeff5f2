// The name of the page in the tab.

import { useEffect } from 'react';
import { strings } from './strings.ts';

/** Sets the document's title while the page is shown. */
export function useTitle(page: string): void {
  useEffect(() => {
    document.title = strings.title(page);
  }, [page]);
}
