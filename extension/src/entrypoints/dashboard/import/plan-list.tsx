// The entries of an import, sorted by what becomes of them, a hundred at a time.

import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { CheckField } from '../../../ui/check-field.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { strings } from '../strings.ts';
import { type DuplicateChoice, type ImportChoices, type RowGroup, rowGroups, toGroup } from './import-summary.ts';
import type { PlannedRow } from './plan-import.ts';
import { KnownRow, LeftRow, NewRow } from './planned-row.tsx';

const text = strings.credentialImport;

const pageSize = 100;

interface PlanListProps {
  readonly plan: readonly PlannedRow[];
  readonly choices: ImportChoices;
  readonly onChange: (choices: ImportChoices) => void;
}

/** Opens at the first group that holds anything. */
export function PlanList({ plan, choices, onChange }: PlanListProps) {
  const [asked, setAsked] = useState<RowGroup>();
  const [page, setPage] = useState(0);
  const groups = { new: toRows(plan, 'new'), known: toRows(plan, 'known'), left: toRows(plan, 'left') };
  const group = asked ?? rowGroups.find((name) => groups[name].length > 0) ?? 'new';
  const rows = groups[group];
  const from = Math.min(page * pageSize, Math.max(0, rows.length - 1));
  const shown = rows.slice(from, from + pageSize);
  return (
    <div className="flex flex-col gap-3">
      <Choice<RowGroup>
        quiet
        label={text.group}
        value={group}
        options={rowGroups.map((value) => ({ value, label: text.groups[value](groups[value].length) }))}
        onChange={(next) => {
          setAsked(next);
          setPage(0);
        }}
      />
      <ForAll group={group} rows={rows} choices={choices} onChange={onChange} />
      {rows.length === 0 ? (
        <p className="text-mute">{text.none}</p>
      ) : (
        <ul aria-label={text.groups[group](rows.length)} className="rounded-lg border border-line">
          {shown.map((planned) => (
            <Row key={planned.row} planned={planned} choices={choices} onChange={onChange} />
          ))}
        </ul>
      )}
      {rows.length > pageSize && (
        <div className="flex items-center justify-between gap-2">
          <Button size="small" disabled={from === 0} onClick={() => setPage(page - 1)}>
            {text.earlier}
          </Button>
          <span role="status" className="text-xs text-mute">
            {text.shown(from + 1, from + shown.length, rows.length)}
          </span>
          <Button size="small" disabled={from + pageSize >= rows.length} onClick={() => setPage(page + 1)}>
            {text.later}
          </Button>
        </div>
      )}
    </div>
  );
}

function toRows(plan: readonly PlannedRow[], group: RowGroup): PlannedRow[] {
  return plan.filter((planned) => toGroup(planned) === group);
}

interface ForAllProps extends Omit<PlanListProps, 'plan'> {
  readonly group: RowGroup;
  readonly rows: readonly PlannedRow[];
}

/** One choice for every row of the group. */
function ForAll({ group, rows, choices, onChange }: ForAllProps) {
  if (rows.length < 2 || group === 'left') return null;
  if (group === 'new') {
    return (
      <CheckField
        label={text.allNew}
        checked={rows.every(({ row }) => !choices.leftOut.has(row))}
        onChange={(all) => onChange({ ...choices, leftOut: new Set(all ? [] : rows.map(({ row }) => row)) })}
      />
    );
  }
  const [first, ...others] = new Set(rows.map(({ row }) => choices.known.get(row) ?? 'skip'));
  return (
    <SelectField<DuplicateChoice>
      label={text.allKnown}
      value={others.length === 0 && first !== undefined ? first : ''}
      placeholder={text.mixed}
      options={(['skip', 'update', 'keep'] as const).map((value) => ({ value, label: text.choices[value] }))}
      onChange={(choice) => onChange({ ...choices, known: new Map(rows.map(({ row }) => [row, choice])) })}
    />
  );
}

interface RowProps extends Omit<PlanListProps, 'plan'> {
  readonly planned: PlannedRow;
}

function Row({ planned, choices, onChange }: RowProps) {
  const { row } = planned;
  switch (planned.kind) {
    case 'new':
      return (
        <NewRow
          planned={planned}
          isTaken={!choices.leftOut.has(row)}
          onChange={(isTaken) => {
            const others = [...choices.leftOut].filter((other) => other !== row);
            onChange({ ...choices, leftOut: new Set(isTaken ? others : [...others, row]) });
          }}
        />
      );
    case 'known':
      return (
        <KnownRow
          planned={planned}
          choice={choices.known.get(row) ?? 'skip'}
          onChange={(choice) => onChange({ ...choices, known: new Map([...choices.known, [row, choice]]) })}
        />
      );
    case 'same':
    case 'refused':
      return <LeftRow planned={planned} />;
  }
}
