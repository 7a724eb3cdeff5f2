// Makes a password or a passphrase by rules that its reader sets, and says how hard it is to guess.

import { RefreshCw } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import {
  countPassphraseBits,
  generatePassphrase,
  type PassphraseRules,
  type Separator,
  separators,
  wordCount,
} from '../lib/generate-passphrase.ts';
import {
  type CharacterClass,
  characterClasses,
  countPasswordBits,
  generatePassword,
  type PasswordRules,
  passwordLength,
} from '../lib/generate-password.ts';
import { browserSource } from '../lib/random-index.ts';
import { toStrength } from '../lib/strength.ts';
import { CheckField } from './check-field.tsx';
import { Choice } from './choice.tsx';
import { generatorStrings } from './generator-strings.ts';
import { IconButton } from './icon-button.tsx';
import { RangeField } from './range-field.tsx';

const text = generatorStrings;

type Rules = ({ readonly kind: 'password' } & PasswordRules) | ({ readonly kind: 'passphrase' } & PassphraseRules);

const usual = {
  password: { kind: 'password', length: 20, classes: characterClasses, readable: true },
  passphrase: { kind: 'passphrase', words: 6, separator: '-', capitals: false, digit: false },
} as const satisfies Record<Rules['kind'], Rules>;

export interface Made {
  readonly rules: Rules;
  readonly secret: string;
}

interface GeneratorPanelProps {
  /** The press that hands over what was made; until then it is nowhere but here. */
  readonly action: (made: Made) => ReactNode;
}

/** Makes another one at each change of its rules. */
export function GeneratorPanel({ action }: GeneratorPanelProps) {
  const [made, setMade] = useState<Made>(() => make(usual.password));
  const { rules, secret } = made;
  const change = (next: Rules) => setMade(make(next));
  return (
    <fieldset
      className="flex flex-col gap-3 rounded-md border border-line bg-canvas p-3"
      onKeyDown={keepFromSubmitting}
    >
      <legend className="sr-only">{text.title}</legend>
      <Choice
        quiet
        label={text.kind}
        value={rules.kind}
        options={[
          { value: 'password', label: text.password },
          { value: 'passphrase', label: text.passphrase },
        ]}
        onChange={(kind) => change(usual[kind])}
      />
      <div className="flex items-start gap-1">
        <output
          aria-label={text.result}
          // Not called out into the room; it is there to be read.
          aria-live="off"
          dir="ltr"
          className="min-w-0 flex-1 rounded-sm bg-panel px-2 py-1.25 font-mono text-xs leading-4.5 break-all whitespace-pre-wrap"
        >
          {secret}
        </output>
        <IconButton icon={RefreshCw} label={text.again} onClick={() => change(rules)} />
      </div>
      <Strength rules={rules} />
      {rules.kind === 'password' ? (
        <PasswordControls rules={rules} onChange={change} />
      ) : (
        <PassphraseControls rules={rules} onChange={change} />
      )}
      {action(made)}
    </fieldset>
  );
}

function make(rules: Rules): Made {
  const secret =
    rules.kind === 'password' ? generatePassword(rules, browserSource) : generatePassphrase(rules, browserSource);
  return { rules, secret };
}

/** Enter in one of its fields is not meant for the form around it. */
function keepFromSubmitting(event: KeyboardEvent) {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
}

function Strength({ rules }: { readonly rules: Rules }) {
  const bits = rules.kind === 'password' ? countPasswordBits(rules) : countPassphraseBits(rules);
  const { word, bits: whole, time } = toStrength(bits);
  return (
    <p role="status" className="text-xs text-pretty text-mute">
      <span className="font-medium text-ink">{text.strength[word]}</span> {text.bits(whole, time)}
    </p>
  );
}

interface ControlsProps<Kind extends Rules['kind']> {
  readonly rules: Extract<Rules, { kind: Kind }>;
  readonly onChange: (rules: Rules) => void;
}

function PasswordControls({ rules, onChange }: ControlsProps<'password'>) {
  const toggle = (name: CharacterClass, wanted: boolean) => {
    const classes = characterClasses.filter((other) => (other === name ? wanted : rules.classes.includes(other)));
    // Of nothing there is no password.
    if (classes.length > 0) onChange({ ...rules, classes });
  };
  return (
    <>
      <RangeField
        label={text.length}
        value={rules.length}
        {...passwordLength}
        onChange={(length) => onChange({ ...rules, length })}
      />
      <div className="grid grid-cols-2 gap-x-3 gap-y-1.5">
        {characterClasses.map((name) => (
          <CheckField
            key={name}
            label={text.classes[name]}
            checked={rules.classes.includes(name)}
            onChange={(wanted) => toggle(name, wanted)}
          />
        ))}
      </div>
      <CheckField
        label={text.readable}
        checked={rules.readable}
        onChange={(readable) => onChange({ ...rules, readable })}
      />
    </>
  );
}

function PassphraseControls({ rules, onChange }: ControlsProps<'passphrase'>) {
  return (
    <>
      <RangeField
        label={text.words}
        value={rules.words}
        {...wordCount}
        onChange={(words) => onChange({ ...rules, words })}
      />
      <Choice<Separator>
        label={text.separator}
        value={rules.separator}
        options={separators.map((value) => ({ value, label: text.separators[value] }))}
        onChange={(separator) => onChange({ ...rules, separator })}
      />
      <CheckField
        label={text.capitals}
        checked={rules.capitals}
        onChange={(capitals) => onChange({ ...rules, capitals })}
      />
      <CheckField label={text.digit} checked={rules.digit} onChange={(digit) => onChange({ ...rules, digit })} />
    </>
  );
}
