// Tells a reader who has scrolled away that the top has grown, and leads there.

import { ArrowUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { strings } from '../strings.ts';

interface FreshPillProps {
  /** Ids of the events that have arrived, the newest last. */
  readonly fresh: readonly string[];
  readonly onGo: () => void;
}

/** Counts what has arrived since the top was last on the screen. */
export function FreshPill({ fresh, onGo }: FreshPillProps) {
  const count = fresh.length;
  const [seen, setSeen] = useState(count);
  useEffect(() => {
    const onScroll = () => scrollY <= 8 && setSeen(count);
    onScroll();
    addEventListener('scroll', onScroll, { passive: true });
    return () => removeEventListener('scroll', onScroll);
  }, [count]);
  const unseen = Math.max(0, count - seen);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 top-16 z-20 flex justify-center md:top-4 md:ps-49"
    >
      {unseen > 0 && (
        <Button
          variant="primary"
          size="small"
          className="pointer-events-auto animate-appear shadow-overlay"
          onClick={onGo}
        >
          <ArrowUp aria-hidden />
          {strings.audit.fresh(unseen)}
        </Button>
      )}
    </div>
  );
}
