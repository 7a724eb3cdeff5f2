// The CSV exports of other password managers, told by their header row: which column is what.

/**
 * What a column holds. `extra`: kept in the notes under the column's name. `none`: left out, because it says something
 * about the other program only, such as whether an entry is a favourite there.
 */
export const columnRoles = [
  'title',
  'url',
  'username',
  'password',
  'totp',
  'notes',
  'folder',
  'tags',
  'extra',
  'none',
] as const;
export type ColumnRole = (typeof columnRoles)[number];

export interface CsvFormat {
  readonly name: string;
  /** By header, in small letters. The first ones of a role come first where several hold something. */
  readonly columns: Readonly<Record<string, ColumnRole>>;
  /** Headers without which it is not this one. */
  readonly marks: readonly string[];
}

/** Where several fit, the one with the most marks is meant. */
export const csvFormats: readonly CsvFormat[] = [
  {
    name: 'Chrome, Edge or another Chromium',
    marks: ['name', 'url', 'username', 'password'],
    columns: { name: 'title', url: 'url', username: 'username', password: 'password', note: 'notes' },
  },
  {
    name: 'Firefox',
    marks: ['url', 'username', 'password', 'httprealm', 'formactionorigin', 'guid'],
    columns: {
      url: 'url',
      username: 'username',
      password: 'password',
      httprealm: 'extra',
      formactionorigin: 'none',
      guid: 'none',
      timecreated: 'none',
      timelastused: 'none',
      timepasswordchanged: 'none',
    },
  },
  {
    name: 'Safari or iCloud Passwords',
    marks: ['title', 'url', 'username', 'password', 'notes', 'otpauth'],
    columns: {
      title: 'title',
      url: 'url',
      username: 'username',
      password: 'password',
      notes: 'notes',
      otpauth: 'totp',
    },
  },
  {
    name: 'Bitwarden',
    marks: ['type', 'name', 'login_uri', 'login_username', 'login_password', 'login_totp'],
    columns: {
      folder: 'folder',
      collections: 'folder',
      favorite: 'none',
      type: 'none',
      name: 'title',
      notes: 'notes',
      fields: 'extra',
      reprompt: 'none',
      archiveddate: 'none',
      login_uri: 'url',
      login_username: 'username',
      login_password: 'password',
      login_totp: 'totp',
    },
  },
  {
    name: '1Password',
    marks: ['title', 'url', 'username', 'password', 'otpauth', 'favorite', 'archived', 'tags', 'notes'],
    columns: {
      title: 'title',
      url: 'url',
      username: 'username',
      password: 'password',
      otpauth: 'totp',
      favorite: 'none',
      archived: 'none',
      tags: 'tags',
      notes: 'notes',
    },
  },
  {
    name: 'LastPass',
    marks: ['url', 'username', 'password', 'extra', 'name', 'grouping', 'fav'],
    columns: {
      url: 'url',
      username: 'username',
      password: 'password',
      totp: 'totp',
      extra: 'notes',
      name: 'title',
      grouping: 'folder',
      fav: 'none',
    },
  },
  {
    name: 'KeePassXC',
    marks: ['group', 'title', 'username', 'password', 'url', 'notes'],
    columns: {
      group: 'folder',
      title: 'title',
      username: 'username',
      password: 'password',
      url: 'url',
      notes: 'notes',
      totp: 'totp',
      icon: 'none',
      'last modified': 'none',
      created: 'none',
    },
  },
  {
    name: 'KeePass',
    marks: ['account', 'login name', 'password', 'web site', 'comments'],
    columns: {
      account: 'title',
      'login name': 'username',
      password: 'password',
      'web site': 'url',
      comments: 'notes',
    },
  },
  {
    name: 'Dashlane',
    marks: ['username', 'username2', 'username3', 'title', 'password', 'note', 'url', 'category'],
    columns: {
      username: 'username',
      username2: 'username',
      username3: 'username',
      title: 'title',
      password: 'password',
      note: 'notes',
      url: 'url',
      category: 'folder',
      otpsecret: 'totp',
      otpurl: 'totp',
    },
  },
  {
    name: 'Proton Pass',
    marks: ['type', 'name', 'url', 'username', 'password', 'note', 'totp', 'createtime', 'modifytime'],
    columns: {
      type: 'none',
      name: 'title',
      url: 'url',
      username: 'username',
      email: 'username',
      password: 'password',
      note: 'notes',
      totp: 'totp',
      createtime: 'none',
      modifytime: 'none',
      vault: 'folder',
    },
  },
  {
    name: 'NordPass',
    marks: ['name', 'url', 'username', 'password', 'note', 'cardholdername', 'cardnumber', 'folder'],
    columns: {
      name: 'title',
      url: 'url',
      additional_urls: 'url',
      username: 'username',
      password: 'password',
      note: 'notes',
      folder: 'folder',
      type: 'none',
    },
  },
  {
    name: 'Keeper',
    marks: ['folder', 'title', 'login', 'password', 'website address', 'notes', 'shared folder'],
    columns: {
      folder: 'folder',
      title: 'title',
      login: 'username',
      password: 'password',
      'website address': 'url',
      notes: 'notes',
      'shared folder': 'folder',
    },
  },
  {
    name: 'RoboForm',
    marks: ['name', 'url', 'matchurl', 'login', 'pwd', 'note', 'folder'],
    columns: {
      name: 'title',
      url: 'url',
      matchurl: 'none',
      login: 'username',
      pwd: 'password',
      note: 'notes',
      folder: 'folder',
      rffieldsv2: 'extra',
    },
  },
];

/** The program whose export has this header; undefined for none that is known. */
export function findFormat(header: readonly string[]): CsvFormat | undefined {
  const names = new Set(header.map(toName));
  return csvFormats
    .filter(({ marks }) => marks.every((mark) => names.has(mark)))
    .toSorted((a, b) => b.marks.length - a.marks.length)[0];
}

/** The role of each column. What the format does not know is kept. Without a format the names are guessed at. */
export function toRoles(header: readonly string[], format: CsvFormat | undefined): ColumnRole[] {
  return header.map((name) => (format === undefined ? guessRole(name) : (format.columns[toName(name)] ?? 'extra')));
}

const guesses: readonly (readonly [ColumnRole, RegExp])[] = [
  ['totp', /otp|2fa|authenticator|one.?time/],
  ['password', /pass(word|wort|code)?$|^pwd$|kennwort|contraseña|mot de passe|secret|^(api.?)?(key|token)$/],
  ['url', /ur[li]|sites?$|address|domain|link|host/],
  ['username', /user|login|e-?mail|account|benutzer|identifiant/],
  ['notes', /note|comment|remark|extra|description|notiz/],
  ['tags', /tags?$|labels?$/],
  ['folder', /folder|group|categor|vault|collection|ordner/],
  ['none', /^(type|kind|favou?rite|fav)$/],
  ['title', /title|name|item|entry|service/],
];

function guessRole(name: string): ColumnRole {
  return guesses.find(([, pattern]) => pattern.test(toName(name)))?.[0] ?? 'extra';
}

function toName(header: string): string {
  return header.trim().toLowerCase();
}
