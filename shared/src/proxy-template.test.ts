import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldsOfTemplates, fillTemplate, parseTemplate } from './proxy-template.ts';

const token = `\${TOKEN}`;
const user = `\${FIELD:user}`;

test('places and the text between them, in order', () => {
  expect(parseTemplate(`Bearer ${token}`)).toEqual([{ kind: 'text', text: 'Bearer ' }, { kind: 'token' }]);
  expect(parseTemplate(`${user}:${token}`)).toEqual([
    { kind: 'field', name: 'user' },
    { kind: 'text', text: ':' },
    { kind: 'token' },
  ]);
  expect(parseTemplate('')).toEqual([]);
  expect(parseTemplate('costs $5, {so} to say')).toEqual([{ kind: 'text', text: 'costs $5, {so} to say' }]);
});

test.each([`\${token}`, `\${FIELD:}`, `\${FIELD}`, `\${}`, `\${PASSWORD}`, `\${TOKEN`, `${token}\${`, `\${\${TOKEN}}`])(
  'no template: %s',
  (text) => expect(parseTemplate(text)).toBeNull(),
);

test('fields are named once each; a place that stands for nothing is named as it is written', () => {
  expect(fieldsOfTemplates([`${user}:${token}`, token, 'plain', user], 'password')).toEqual(['user', 'password']);
  expect(fieldsOfTemplates([user, token], null)).toEqual(['user', token]);
  expect(() => fieldsOfTemplates([`\${OTHER}`], null)).toThrow();
});

test('a value that is missing, or only inherited, is never filled in as something else', () => {
  for (const [text, tokenField] of [
    [token, null],
    [token, 'value'],
    [user, null],
    [`\${FIELD:toString}`, null],
    [`\${FIELD:__proto__}`, null],
  ] as const) {
    expect(() => fillTemplate(text, {}, tokenField)).toThrow('does not have');
  }
});

test('values go in as they are: what looks like a place in a value is text', () => {
  const values = fc.record({ user: fc.string(), password: fc.string() });
  fc.assert(
    fc.property(values, (given) => {
      expect(fillTemplate(`<${user}|${token}>`, given, 'password')).toBe(`<${given.user}|${given.password}>`);
    }),
    { examples: [[{ user: token, password: '$&' }], [{ user: '$1', password: user }]] },
  );
});
