// The export of what the list shows: format, progress, and how it ended.

import type { EventFilter } from '@keytrail/shared/event';
import { Braces, Download, Table } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { type ExportProgress, removeLeftovers } from '../../../lib/export-log.ts';
import { Button } from '../../../ui/button.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { dismissExport, runExport, useExportJob } from './export-job.ts';

const text = strings.export;

interface ExportMenuProps {
  /** Those of the list. */
  readonly filter: EventFilter;
}

/** A button, and below it, out of the way of the list, what becomes of the export. */
export function ExportMenu({ filter }: ExportMenuProps) {
  const job = useExportJob();
  const say = useToast();
  useEffect(() => {
    // A browser that gives no storage says so when an export is asked for.
    removeLeftovers(Date.now()).catch(() => undefined);
  }, []);
  useEffect(() => {
    if (job.state !== 'done') return;
    say(text.done(job.count, job.name));
    dismissExport();
  }, [job, say]);

  const running = job.state === 'running';
  const place = useRef<HTMLDivElement>(null);
  // What was pressed goes away with its card; the keyboard stays here.
  const leave = (action: () => void) => {
    place.current?.querySelector('button')?.focus();
    action();
  };
  return (
    <div ref={place} className="relative">
      <Menu
        trigger={
          <Button pending={running}>
            <Download aria-hidden />
            {text.button}
          </Button>
        }
      >
        <MenuItem icon={Table} onSelect={() => void runExport({ filter, format: 'csv' })}>
          {text.csv}
        </MenuItem>
        <MenuItem icon={Braces} onSelect={() => void runExport({ filter, format: 'jsonl' })}>
          {text.jsonl}
        </MenuItem>
      </Menu>
      {running && (
        <Card>
          <Running progress={job.progress} onCancel={() => leave(job.cancel)} />
        </Card>
      )}
      {job.state === 'failed' && (
        <Card>
          <Notice tone="bad">{job.failure.sentence}</Notice>
          <div className="flex justify-end gap-2">
            <Button size="small" variant="ghost" onClick={() => leave(dismissExport)}>
              {text.dismiss}
            </Button>
            <Button size="small" onClick={() => leave(() => void runExport(job.input))}>
              {strings.retry}
            </Button>
          </div>
        </Card>
      )}
    </div>
  );
}

function Card({ children }: { readonly children: ReactNode }) {
  return (
    <section
      aria-label={text.label}
      className="absolute end-0 top-full z-20 mt-1 flex w-80 animate-appear flex-col gap-2 rounded-lg border border-line bg-raised p-3 shadow-overlay max-sm:fixed max-sm:inset-x-3 max-sm:top-auto max-sm:bottom-3 max-sm:w-auto"
    >
      {children}
    </section>
  );
}

function Running({ progress, onCancel }: { readonly progress: ExportProgress | null; readonly onCancel: () => void }) {
  const max = Math.max(1, progress?.total ?? 1);
  const words = progress === null ? text.counting : text.progress(progress.done, progress.total);
  return (
    <>
      <p className="text-sm tabular-nums">{words}</p>
      {/* Without a value it says only that something is under way. */}
      <div
        role="progressbar"
        aria-label={text.label}
        aria-valuetext={words}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={progress?.done}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div
          style={{ width: `${((progress?.done ?? 0) / max) * 100}%` }}
          className="h-full rounded-full bg-accent transition-[width]"
        />
      </div>
      <Button size="small" className="self-end" onClick={onCancel}>
        {text.cancel}
      </Button>
    </>
  );
}
