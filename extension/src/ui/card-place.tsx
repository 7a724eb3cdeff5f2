// A place in the list of what waits: a card; when its request is settled, a row; and while the place is held, the row in the
// room of the card.

import type { ReactNode } from 'react';
import type { Standing } from './held-order.ts';

interface CardPlaceProps {
  readonly standing: Standing<{ readonly status: string }>;
  readonly card: ReactNode;
  /** What became of the request. */
  readonly settled: ReactNode;
}

/** A list item. A card that is over takes neither a press nor the focus. */
export function CardPlace({ standing: { item, isCard, isGone }, card, settled }: CardPlaceProps) {
  const isSettled = item.status !== 'waiting';
  return (
    <li data-card className="grid grid-cols-1 border-t border-hairline first:border-t-0 *:col-start-1 *:row-start-1">
      {isCard && (
        <div inert={isSettled || isGone} className={isSettled ? 'invisible' : isGone ? 'opacity-50' : undefined}>
          {card}
        </div>
      )}
      {isSettled && settled}
    </li>
  );
}
