import { describe, expect, test } from 'vitest';
import { toConformAnswer } from './token-answer.ts';

const answer = (body: string, { status = 200, contentType = 'application/json' } = {}) => {
  const conform = toConformAnswer({ status, contentType, body });
  return { status: conform.status, members: JSON.parse(conform.body) };
};

describe('what providers answer instead of RFC 6749', () => {
  test.each([
    ['an error under 200', '{"error":"bad_verification_code"}', {}, 400, { error: 'bad_verification_code' }],
    ['ok: false', '{"ok":false,"error":"invalid_auth"}', {}, 400, { error: 'invalid_auth' }],
    ['no token type', '{"access_token":"a"}', {}, 200, { access_token: 'a', token_type: 'bearer' }],
    [
      'a token type of their own',
      '{"access_token":"a","token_type":"user"}',
      {},
      200,
      { access_token: 'a', token_type: 'bearer' },
    ],
    [
      'null for what there is not',
      '{"access_token":"a","token_type":"bearer","refresh_token":null}',
      {},
      200,
      { access_token: 'a', token_type: 'bearer' },
    ],
    [
      'a form',
      'access_token=a&token_type=bearer&scope=',
      { contentType: 'application/x-www-form-urlencoded; charset=utf-8' },
      200,
      { access_token: 'a', token_type: 'bearer' },
    ],
    [
      'JSON called text',
      '{"access_token":"a"}',
      { contentType: 'text/plain' },
      200,
      { access_token: 'a', token_type: 'bearer' },
    ],
    ['201', '{"access_token":"a"}', { status: 201 }, 200, { access_token: 'a', token_type: 'bearer' }],
    ['a code of their own for an ended grant', '{"error":"bad_refresh_token"}', {}, 400, { error: 'invalid_grant' }],
    [
      'a description, which may quote what was sent',
      '{"error":"invalid_grant","error_description":"token abc"}',
      { status: 400 },
      400,
      { error: 'invalid_grant' },
    ],
    [
      'an identity that nobody asked for',
      '{"access_token":"a","id_token":"x.y.z"}',
      {},
      200,
      { access_token: 'a', token_type: 'bearer' },
    ],
  ])('%s', (_name, body, how, status, members) => {
    expect(answer(body, how)).toEqual({ status, members });
  });

  test.each([
    ['a length of time in quotes', '"expires_in":"3600"', { expires_in: 3600 }],
    ['a negative one', '"expires_in":-1', {}],
    ['one beyond all numbers', '"expires_in":1e400', {}],
    ['one that no date can end', '"expires_in":9223372036854775807', {}],
    ['a word for it', '"expires_in":"never"', {}],
    ['a truth for it', '"expires_in":true', {}],
    ['a list of scopes', '"scope":["read","write",7]', { scope: 'read write' }],
    ['scopes that are no text', '"scope":{"read":true}', {}],
    ['a refresh token that is none', '"refresh_token":{"value":"r"}', {}],
    ['an error that is none', '"error":""', {}],
    ['a token type that is no text', '"token_type":["bearer"]', {}],
  ])('a good token stays one beside %s', (_name, member, stated) => {
    const { status, members } = answer(`{"access_token":"a",${member}}`);
    expect({ status, members }).toEqual({
      status: 200,
      members: { access_token: 'a', token_type: 'bearer', ...stated },
    });
  });

  test('a token bound to a key does not become a bearer', () => {
    expect(answer('{"access_token":"a","token_type":"DPoP"}').members.token_type).toBe('DPoP');
  });

  test('what cannot be read stays as it came', () => {
    const html = { status: 500, contentType: 'text/html', body: '<h1>no</h1>' };
    expect(toConformAnswer(html)).toBe(html);
    expect(toConformAnswer({ ...html, body: '[1]' }).body).toBe('[1]');
  });

  test('an error keeps the status that says it is one', () => {
    expect(answer('{"error":"slow_down"}', { status: 429 }).status).toBe(429);
  });
});
