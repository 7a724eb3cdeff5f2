// Which column of an unknown table is what. Shows names of columns and how full they are, never what is in them.

import { Button } from '../../../ui/button.tsx';
import { CheckField } from '../../../ui/check-field.tsx';
import { DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings } from '../strings.ts';
import { type ColumnRole, columnRoles } from './csv-formats.ts';
import { type TableSource, withHeader, withoutHeader } from './import-source.ts';

const text = strings.credentialImport;

const options = columnRoles.map((role) => ({ value: role, label: text.roles[role] }));

interface ColumnsStepProps {
  readonly source: TableSource;
  readonly onChange: (source: TableSource) => void;
  readonly onBack: () => void;
  readonly onNext: () => void;
}

export function ColumnsStep({ source, onChange, onBack, onNext }: ColumnsStepProps) {
  const { header, rows, roles, fileName, program } = source;
  return (
    <form
      className="contents"
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <DialogBody>
        <p className="text-pretty text-mute">
          {program === undefined ? text.columnsLead(fileName) : text.columnsAgain(fileName)}
        </p>
        <div className="grid gap-3 sm:grid-cols-2">
          {header.map((name, column) => (
            <SelectField<ColumnRole>
              // biome-ignore lint/suspicious/noArrayIndexKey: names may be there twice; columns stay where they are.
              key={column}
              label={text.column(name.trim() || `Column ${column + 1}`, text.filled(countFilled(source, column)))}
              value={roles[column] ?? 'extra'}
              options={options}
              onChange={(role) =>
                onChange({ ...source, roles: header.map((_, at) => (at === column ? role : (roles[at] ?? 'extra'))) })
              }
            />
          ))}
        </div>
        <CheckField
          label={text.noHeader}
          checked={rows[0]?.number === 1}
          onChange={(isEntry) => onChange(isEntry ? withoutHeader(source) : withHeader(source))}
        />
      </DialogBody>
      <DialogFoot>
        <Button onClick={onBack}>{text.back}</Button>
        <Button type="submit" variant="primary">
          {text.next}
        </Button>
      </DialogFoot>
    </form>
  );
}

function countFilled({ rows }: TableSource, column: number): number {
  return rows.filter(({ cells }) => (cells[column] ?? '').trim() !== '').length;
}
