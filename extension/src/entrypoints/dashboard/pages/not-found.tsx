// An address that no page has.

import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { toButtonClasses } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { strings } from '../strings.ts';

/** Says so and leads back. */
export function NotFound() {
  return (
    <main className="grid min-h-[60dvh] place-items-center">
      <Empty page icon={Compass} title={strings.notFound.title}>
        <p>{strings.notFound.body}</p>
        <Link to="/vault" className={toButtonClasses({})}>
          {strings.notFound.back}
        </Link>
      </Empty>
    </main>
  );
}
