import type { CredentialInput } from '@keytrail/shared/credential';
import { describe, expect, test } from 'vitest';
import { csvFormats, findFormat } from './csv-formats.ts';
import { toConverting, toSource } from './import-source.ts';

const seed = 'JBSWY3DPEHPK3PXP';

function convert(text: string) {
  const source = toSource({ kind: 'text', name: 'export.csv', text, isEnv: false });
  if (typeof source === 'string' || source.kind !== 'table') throw new Error(String(source));
  return { program: source.program, converted: toConverting(source).map(({ converted }) => converted) };
}

const login = (more: object) => ({
  kind: 'credential',
  input: { kind: 'login', service: 'example', expiresAt: null, secret: { password: 'p,"1' }, ...more },
});
const sam = { username: 'sam@example.com', sites: ['https://www.example.com'] };
const at = 'https://www.example.com/login?next=%2F';

/** As each program writes them, each with a password that needs quotes. */
const samples: [name: string, text: string, expected: object[]][] = [
  [
    'Chrome, Edge or another Chromium',
    `name,url,username,password,note\nwww.example.com,${at},sam@example.com,"p,""1",remember me\n`,
    [login({ label: 'sam@example.com', public: sam, notes: 'remember me' })],
  ],
  [
    'Firefox',
    `"url","username","password","httpRealm","formActionOrigin","guid","timeCreated","timeLastUsed","timePasswordChanged"\n"https://www.example.com","sam@example.com","p,""1",,"https://www.example.com","{0a-1}","1700000000000","1700000000000","1700000000000"\n`,
    [login({ label: 'sam@example.com', public: sam })],
  ],
  [
    'Safari or iCloud Passwords',
    `Title,URL,Username,Password,Notes,OTPAuth\nExample (sam),${at},sam@example.com,"p,""1","two\nlines",otpauth://totp/Example:sam?secret=${seed}&issuer=Example\n`,
    [
      login({
        label: 'Example (sam)',
        public: sam,
        notes: 'two\nlines',
        secret: { password: 'p,"1', totp: `otpauth://totp/Example:sam?secret=${seed}&issuer=Example` },
      }),
    ],
  ],
  [
    'Bitwarden',
    `folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\nWork/Shops,1,login,Example,,"pin: 1234\nhint: blue",0,"${at},https://shop.example.com:8443/a,b,androidapp://com.example",sam@example.com,"p,""1",${seed}\n,,note,Server room,Code is 99,,0,,,,\n`,
    [
      {
        ...login({
          label: 'Example',
          tags: ['Work', 'Shops'],
          public: { ...sam, sites: ['https://www.example.com', 'https://shop.example.com:8443'] },
          secret: { password: 'p,"1', totp: seed },
          notes: 'Address: androidapp://com.example\nfields:\npin: 1234\nhint: blue',
        }),
        inNotes: true,
      },
      {
        kind: 'credential',
        inNotes: false,
        input: { kind: 'fields', service: 'server-room', label: 'Server room', secret: { note: 'Code is 99' } },
      },
    ],
  ],
  [
    '1Password',
    `Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nExample,${at},sam@example.com,"p,""1",${seed},false,false,work;shops,n\n`,
    [
      login({
        label: 'Example',
        tags: ['work', 'shops'],
        public: sam,
        secret: { password: 'p,"1', totp: seed },
        notes: 'n',
      }),
    ],
  ],
  [
    'LastPass',
    `url,username,password,totp,extra,name,grouping,fav\n${at},sam@example.com,"p,""1",,,Example,Work\\Shops,0\nhttp://sn,,,,"NoteType:Server\nHostname:a",My server,,0\n`,
    [
      login({ label: 'Example', tags: ['Work', 'Shops'], public: sam }),
      {
        kind: 'credential',
        inNotes: false,
        input: {
          kind: 'fields',
          service: 'my-server',
          label: 'My server',
          secret: { note: 'NoteType:Server\nHostname:a' },
        },
      },
    ],
  ],
  [
    'KeePassXC',
    `"Group","Title","Username","Password","URL","Notes","TOTP","Icon","Last Modified","Created"\n"Root/Work","Example","sam@example.com","p,""1","${at}","","otpauth://totp/x?secret=${seed}&period=30&digits=6&issuer=x","0","2024-01-01T00:00:00Z","2024-01-01T00:00:00Z"\n`,
    [
      login({
        label: 'Example',
        tags: ['Work'],
        public: sam,
        secret: { password: 'p,"1', totp: `otpauth://totp/x?secret=${seed}&period=30&digits=6&issuer=x` },
      }),
    ],
  ],
  [
    'KeePass',
    `"Account","Login Name","Password","Web Site","Comments"\n"Example","sam@example.com","p,""1","www.example.com","n"\n`,
    [login({ label: 'Example', public: sam, notes: 'n' })],
  ],
  [
    'Dashlane',
    `username,username2,username3,title,password,note,url,category,otpSecret\nsam@example.com,sammy,,Example,"p,""1",n,${at},Shops,${seed}\n`,
    [
      login({
        label: 'Example',
        tags: ['Shops'],
        public: sam,
        secret: { password: 'p,"1', totp: seed },
        notes: 'n\n\nusername2: sammy',
      }),
    ],
  ],
  [
    'Proton Pass',
    `type,name,url,email,username,password,note,totp,createTime,modifyTime,vault\nlogin,Example,"${at}, https://example.org/",sam@example.com,,"p,""1",,otpauth://totp/x?secret=${seed},1700000000,1700000000,Personal\nalias,Hidden,,a.b@passmail.net,,,,,1700000000,1700000000,Personal\n`,
    [
      login({
        label: 'Example',
        tags: ['Personal'],
        public: { ...sam, sites: ['https://www.example.com', 'https://example.org'] },
        secret: { password: 'p,"1', totp: `otpauth://totp/x?secret=${seed}` },
      }),
      { kind: 'refused', why: 'nothing' },
    ],
  ],
  [
    'NordPass',
    `name,url,additional_urls,username,password,note,cardholdername,cardnumber,cvc,pin,expirydate,zipcode,folder,full_name,phone_number,email,address1,address2,city,country,state,type,custom_fields\nExample,${at},"[""https://example.org""]",sam@example.com,"p,""1",,,,,,,,Shops,,,,,,,,,password,\nCard,,,,,,Sam Example,4111111111111111,123,,12/30,,,,,,,,,,,credit_card,\n`,
    [
      login({
        label: 'Example',
        tags: ['Shops'],
        public: { ...sam, sites: ['https://www.example.com', 'https://example.org'] },
      }),
      {
        kind: 'credential',
        inNotes: false,
        input: {
          kind: 'fields',
          service: 'card',
          secret: { cardholdername: 'Sam Example', cardnumber: '4111111111111111', cvc: '123', expirydate: '12/30' },
        },
      },
    ],
  ],
  [
    'Keeper',
    `Folder,Title,Login,Password,Website Address,Notes,Shared Folder,Custom Fields,,\nWork,Example,sam@example.com,"p,""1",${at},n,,TFC:Keeper,otpauth://totp/x?secret=${seed},\n`,
    [
      login({
        label: 'Example',
        tags: ['Work'],
        public: sam,
        secret: { password: 'p,"1', totp: `otpauth://totp/x?secret=${seed}` },
        notes: 'n\n\nCustom Fields: TFC:Keeper',
      }),
    ],
  ],
  [
    'RoboForm',
    `Name,Url,MatchUrl,Login,Pwd,Note,Folder,RfFieldsV2\nExample,${at},${at},sam@example.com,"p,""1",n,/Work,"User,,,txt,sam"\n`,
    [login({ label: 'Example', tags: ['Work'], public: sam, notes: 'n\n\nRfFieldsV2: User,,,txt,sam' })],
  ],
];

test.each(samples)('the export of %s is recognised, and nothing in it is lost', (name, text, expected) => {
  const { program, converted } = convert(text);
  expect(program).toBe(name);
  expect(converted).toMatchObject(expected);
  expect(convert(`\uFEFF${text.replaceAll('\n', '\r\n')}`), 'with line ends and a mark of Windows').toMatchObject({
    program: name,
    converted: expected,
  });
});

test('every program that is known has a sample here', () => {
  expect(samples.map(([name]) => name).sort()).toEqual(csvFormats.map(({ name }) => name).sort());
});

describe('what is not known', () => {
  test('is guessed at by the names of its columns, in any order, with semicolons', () => {
    const { program, converted } = convert('Kennwort;Benutzername;Website;Bemerkung\np;sam;example.com;n\n');
    expect(program).toBeUndefined();
    const input: Partial<CredentialInput> = { kind: 'login', service: 'example', label: 'sam' };
    expect(converted).toMatchObject([{ kind: 'credential', input }]);
  });

  test('has no format', () => {
    expect(findFormat(['a', 'b'])).toBeUndefined();
    expect(findFormat([])).toBeUndefined();
  });
});
