// The first step of an import: a file, chosen or dropped.

import { type DragEvent, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Field, inputClasses } from '../../../ui/field.tsx';
import { joinClasses } from '../../../ui/join-classes.ts';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import { type ImportSource, type SourceProblem, toSource } from './import-source.ts';
import { readFile } from './read-file.ts';

const text = strings.credentialImport;

interface FileStepProps {
  readonly onSource: (source: ImportSource) => void;
  readonly onClose: () => void;
}

/** Goes on by itself once a file was read. */
export function FileStep({ onSource, onClose }: FileStepProps) {
  const [problem, setProblem] = useState<SourceProblem>();
  const [isOver, setOver] = useState(false);

  async function take(file: File | undefined) {
    if (file === undefined) return;
    const read = await readFile(file);
    const source = read.kind === 'text' ? toSource(read) : read.why;
    if (typeof source === 'string') setProblem(source);
    else onSource(source);
  }

  function onDrop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  return (
    <form className="contents" onSubmit={(event) => event.preventDefault()}>
      <DialogBody>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a place to drop a file on; the field in it does the same by keyboard. */}
        <div
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
          className={joinClasses(
            'flex flex-col gap-2 rounded-lg border border-dashed p-4',
            isOver ? 'border-accent bg-accent-soft' : 'border-control',
          )}
        >
          <Field
            label={text.file}
            hint={text.fileHint}
            error={problem === undefined ? undefined : text.problems[problem]}
          >
            {(frame) => (
              <input
                {...frame}
                type="file"
                className={joinClasses(
                  inputClasses,
                  'py-1.5 file:me-3 file:rounded-sm file:border-0 file:bg-sunken file:px-2.5 file:py-1 file:text-xs file:font-medium file:text-ink',
                )}
                onChange={(event) => {
                  void take(event.target.files?.[0]);
                  // The same file again, mended meanwhile, is a change, too.
                  event.target.value = '';
                }}
              />
            )}
          </Field>
          <p aria-hidden className="text-xs text-faint">
            {text.drop}
          </p>
        </div>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>{shared.dialog.cancel}</Button>
      </DialogFoot>
    </form>
  );
}
