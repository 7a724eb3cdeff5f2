// How many events pass the filters, and in which span of time.

import { useEffect, useState } from 'react';
import type { DateRange } from '../../../ui/date-range.ts';
import { joinClasses } from '../../../ui/join-classes.ts';
import { toRangeWords } from '../../../ui/range-words.ts';
import { strings } from '../strings.ts';
import type { FacetCounts } from './use-facets.ts';

const text = strings.audit;

interface CountLineProps {
  readonly counts: FacetCounts;
  readonly range: DateRange;
}

/** Seen as it changes; read aloud when filters change, and not with every event that arrives. */
export function CountLine({ counts, range }: CountLineProps) {
  const { facets, pending, failed } = counts;
  const words = facets === undefined ? null : toWords(facets.total, range);
  const said = useSaidOnce(pending ? null : words, pending);
  if (failed) return text.notCounted;
  return (
    <>
      <span className={joinClasses('tabular-nums', pending && 'text-faint')} aria-busy={pending || undefined}>
        {words ?? text.subtitle}
      </span>
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}

/** Lower case suits the words of presets; dates keep theirs. */
function toWords(total: number, range: DateRange): string {
  const count = text.counted(total);
  if (range.kind === 'all') return count;
  const span = toRangeWords(range);
  return text.countedIn(count, range.kind === 'last' ? span.toLowerCase() : span);
}

/** The words as they were when the counting for a new filter ended. */
function useSaidOnce(words: string | null, pending: boolean): string {
  const [said, setSaid] = useState('');
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    if (pending) setWaited(true);
    else if (waited && words !== null) {
      setWaited(false);
      setSaid(words);
    }
  }, [pending, waited, words]);
  return said;
}
