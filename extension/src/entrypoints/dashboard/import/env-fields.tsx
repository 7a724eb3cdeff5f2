// An .env file before it is stored: under which names, which values, and what was not as a program would have it.

import { service } from '@keytrail/shared/credential';
import { line } from '@keytrail/shared/text';
import { TextField } from '../../../ui/field.tsx';
import { strings } from '../strings.ts';
import type { EnvSource } from './import-source.ts';

const text = strings.credentialImport;
const form = strings.credentialForm;

interface EnvFieldsProps {
  readonly source: EnvSource;
  readonly onChange: (source: EnvSource) => void;
}

export function EnvFields({ source, onChange }: EnvFieldsProps) {
  const { env } = source;
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={form.service}
          hint={form.serviceHint}
          error={service.safeParse(source.service).success ? undefined : form.invalidService}
          value={source.service}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ ...source, service: event.target.value })}
        />
        <TextField
          label={form.label}
          hint={form.labelHint}
          error={line(100).safeParse(source.label).success ? undefined : form.required}
          value={source.label}
          autoComplete="off"
          onChange={(event) => onChange({ ...source, label: event.target.value })}
        />
      </div>
      <p className="text-xs text-mute">{text.envTaken(Object.keys(env.values).length)}</p>
      <p dir="ltr" className="-mt-2 font-mono text-xs break-words">
        {Object.keys(env.values).join(', ')}
      </p>
      {env.problems.length > 0 && (
        <div className="text-xs">
          <p className="text-mute">{text.envLeft}</p>
          <ul>
            {env.problems.map(({ name, why }) => (
              <li key={`${name} ${why}`}>
                <span dir="ltr" className="font-mono break-all">
                  {name}
                </span>{' '}
                {text.envProblems[why]}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
