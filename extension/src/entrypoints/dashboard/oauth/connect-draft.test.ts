import { describe, expect, test } from 'vitest';
import { type ConnectDraft, emptyConnectDraft, fromTemplate, toConnection } from './connect-draft.ts';
import { oauthTemplates } from './oauth-templates.ts';

const redirectUri = 'https://keytrail.example.com/oauth/callback';
const typed: ConnectDraft = {
  ...emptyConnectDraft,
  service: 'calendar',
  authorizationUrl: 'https://id.example.com/auth',
  tokenUrl: 'https://id.example.com/token',
  clientId: 'me',
  scopes: 'read  write\noffline_access\n',
};

describe('the form of a connection', () => {
  test.each(oauthTemplates)('$label needs nothing but a client to be savable', (template) => {
    const outcome = toConnection({ ...fromTemplate(template), clientId: 'me', clientSecret: 's' }, redirectUri);
    expect(outcome).toMatchObject({ ok: true, value: { service: template.service, label: template.service } });
    if (template.deviceUrl === undefined) return;
    const device = toConnection({ ...fromTemplate(template), way: 'device', clientId: 'me' }, redirectUri);
    expect(device).toMatchObject({ ok: true, value: { provider: { deviceUrl: template.deviceUrl } } });
  });

  test('scopes are split where there is space, and what is left empty is left out', () => {
    const outcome = toConnection(typed, redirectUri);
    expect(outcome).toMatchObject({ ok: true, value: { label: 'calendar', redirectUri } });
    if (!outcome.ok) return;
    expect(outcome.value.provider.scopes).toEqual(['read', 'write', 'offline_access']);
    expect(outcome.value.provider).not.toHaveProperty('clientSecret');
    expect(outcome.value.provider).not.toHaveProperty('issuer');
  });

  test('each complaint stands at its field', () => {
    const wrong = { ...typed, service: '', clientId: ' ', tokenUrl: 'ftp://id.example.com', authorizationUrl: '' };
    const outcome = toConnection(wrong, redirectUri);
    expect(outcome).toEqual({
      ok: false,
      errors: {
        service: 'This is needed.',
        clientId: 'This is needed.',
        tokenUrl: 'Must be an http or https address.',
        authorizationUrl: 'This is needed.',
      },
    });
  });

  test('a device takes an address for devices, and no other', () => {
    const device = { ...typed, way: 'device' as const, authorizationUrl: '' };
    expect(toConnection(device, redirectUri)).toMatchObject({ ok: false, errors: { deviceUrl: 'This is needed.' } });
    expect(toConnection({ ...device, deviceUrl: 'https://id.example.com/device' }, redirectUri).ok).toBe(true);
  });
});
