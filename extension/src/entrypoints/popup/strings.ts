// Every sentence of the popup, in one place and ready to be translated.

import { toCount } from '../../ui/strings.ts';

export const popupStrings = {
  account: (name: string, email: string) => `Signed in as ${name}, ${email}`,
  settings: 'Open Keytrail',
  generator: 'Password generator',
  notLocked: (sentence: string) => `Not locked: ${sentence}`,
  logins: (host: string) => `Logins for ${host}`,
  usedAgo: (ago: string) => `used ${ago}`,
  neverUsed: 'not used yet',
  expired: 'expired',
  fill: 'Fill',
  fillName: (name: string) => `Fill ${name}`,
  copy: (name: string) => `Copy the password of ${name}`,
  copied: 'Password copied. The copy is recorded.',
  copyRefused: 'The browser did not allow copying. Reveal the password in the vault.',
  noForm: 'No login form was found on this page. Open the form, or reload the page, then try again.',
  noWorker: 'Keytrail did not answer. Close the popup and try again.',
  showAll: (count: number) => `Show all ${count}`,
  approvals: 'Waiting for you',
  activity: 'Recent activity',
  unseen: (count: number) => `${toCount(count, 'denial', 'denials')} since you last looked`,
  showUnseen: 'Show',
  openLog: 'Open in audit log',
  older: 'Show older events',
  none: {
    title: 'Nothing has happened yet',
    sentence: 'Every use of a credential, by you or by an agent, shows up here.',
    action: 'Open the vault',
  },
  never: {
    title: 'Nothing fetched yet',
    sentence: 'Your events show up here as soon as the server answers.',
  },
  noMatch: { title: 'No event matches', sentence: 'No cached event passes these filters.', action: 'Clear filters' },
  loading: 'Fetching your events',
  welcome: {
    title: 'See what uses your credentials',
    sentence: 'Keytrail fills your logins, hands tokens to your agents, and records every use.',
    action: 'Get started',
  },
  status: {
    synced: (ago: string) => (ago === 'now' ? 'Synced now' : `Synced ${ago}`),
    syncing: 'Syncing',
    offline: (count: number) => `Offline – ${toCount(count, 'event', 'events')} cached here`,
    signedOut: 'Signed out',
    signIn: 'Sign in',
    retry: 'Try again',
  },
  dismiss: 'Dismiss',
} as const;
