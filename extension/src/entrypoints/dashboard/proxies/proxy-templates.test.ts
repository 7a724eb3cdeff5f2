import { service } from '@keytrail/shared/credential';
import { proxyInput } from '@keytrail/shared/proxy-schema';
import { expect, test } from 'vitest';
import { fromTemplate, toProxy } from './proxy-draft.ts';
import { proxyTemplates } from './proxy-templates.ts';

const credentialId = '0198c5f0-0000-7000-8000-000000000001';

test.each(proxyTemplates.map((template) => [template.id, template] as const))(
  '%s can be saved as it is',
  (_, template) => {
    const draft = fromTemplate(template, [], [{ id: credentialId, service: template.service }]);
    expect(draft.credentialId).toBe(credentialId);
    const outcome = toProxy(draft, undefined);
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.ok && proxyInput.safeParse(outcome.value).success).toBe(true);
    expect(service.parse(template.service)).toBe(template.service);
  },
);

test('each goes to an encrypted public address, injects something, and stands once', () => {
  expect(proxyTemplates.length).toBeGreaterThanOrEqual(19);
  expect(new Set(proxyTemplates.map(({ id }) => id)).size).toBe(proxyTemplates.length);
  expect(new Set(proxyTemplates.map(({ label, kind }) => `${label} ${kind}`)).size).toBe(proxyTemplates.length);
  for (const { upstreamUrl, headers = {}, query = {}, basicAuth, hint } of proxyTemplates) {
    expect(upstreamUrl).toMatch(/^https:\/\/[a-z0-9.-]+\.[a-z]+(\/|$)/);
    expect(JSON.stringify([headers, query, basicAuth])).toMatch(/\$\{(TOKEN|FIELD:[a-z_]+)\}/);
    expect(hint).toMatch(/\.$/);
  }
});

test('a name that is taken gets a number', () => {
  const [github] = proxyTemplates;
  expect(github && fromTemplate(github, ['github', 'github-2'], []).name).toBe('github-3');
});
