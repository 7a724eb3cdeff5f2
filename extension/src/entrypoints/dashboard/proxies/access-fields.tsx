// What a proxy lets through: tools by name, or calls by method and path.

import { routeMethods } from '@keytrail/shared/proxy';
import { Plus, X } from 'lucide-react';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { TextField } from '../../../ui/field.tsx';
import { IconButton } from '../../../ui/icon-button.tsx';
import { SelectField } from '../../../ui/select.tsx';
import { Section } from '../detail.tsx';
import { ChipsField } from '../policies/chips-field.tsx';
import { strings } from '../strings.ts';
import type { DraftErrors, ProxyDraft, RouteDraft } from './proxy-draft.ts';

const text = strings.proxies.form;

interface AccessFieldsProps {
  readonly draft: ProxyDraft;
  readonly errors: DraftErrors;
  readonly onChange: (change: Partial<ProxyDraft>, place?: string) => void;
}

export function AccessFields(props: AccessFieldsProps) {
  return props.draft.kind === 'mcp' ? <Tools {...props} /> : <Routes {...props} />;
}

const modes = ['all', 'only', 'except'] as const;

function Tools({ draft, errors, onChange }: AccessFieldsProps) {
  return (
    <Section title={text.tools}>
      <Choice
        quiet
        label={text.tools}
        value={draft.toolMode}
        options={modes.map((value) => ({ value, label: text.toolModes[value] }))}
        onChange={(toolMode) => onChange({ toolMode }, 'toolAccess')}
      />
      {draft.toolMode !== 'all' && (
        <ChipsField
          label={text.tools}
          placeholder={text.toolPlaceholder}
          advice={text.toolAdvice}
          list={draft.tools}
          parse={(name) => (name.length <= 200 ? name : null)}
          error={errors.toolAccess}
          onChange={(tools) => onChange({ tools }, 'toolAccess')}
        />
      )}
    </Section>
  );
}

function Routes({ draft: { routes }, errors, onChange }: AccessFieldsProps) {
  const nextKey = Math.max(-1, ...routes.map(({ key }) => key)) + 1;
  const change = (key: number, part: Partial<RouteDraft>) =>
    onChange({ routes: routes.map((route) => (route.key === key ? { ...route, ...part } : route)) }, `routes.${key}`);
  return (
    <Section title={text.routes}>
      <p className="text-xs text-pretty text-mute">{text.routesHint}</p>
      {routes.map((route) => (
        <div key={route.key} className="flex min-w-0 items-start gap-1.5">
          <div className="w-26 shrink-0">
            <SelectField
              label={text.method}
              value={route.method}
              options={routeMethods.map((value) => ({ value, label: value === '*' ? text.anyMethod : value }))}
              onChange={(method) => change(route.key, { method })}
            />
          </div>
          <div className="min-w-0 flex-1">
            <TextField
              label={text.path}
              error={errors[`routes.${route.key}`]}
              value={route.path}
              dir="ltr"
              placeholder="/v1/models/*"
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              className="font-mono text-xs"
              onChange={(event) => change(route.key, { path: event.target.value })}
            />
          </div>
          <IconButton
            icon={X}
            label={text.removeRow(route.path || text.path.toLowerCase())}
            onClick={() => onChange({ routes: routes.filter(({ key }) => key !== route.key) })}
            className="mt-5.75"
          />
        </div>
      ))}
      <Button
        size="small"
        className="self-start"
        onClick={() => onChange({ routes: [...routes, { key: nextKey, method: 'GET', path: '' }] })}
      >
        <Plus aria-hidden />
        {text.addRoute}
      </Button>
    </Section>
  );
}
