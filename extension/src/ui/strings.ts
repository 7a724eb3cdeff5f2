// Every sentence of the shared pieces, in one place and ready to be translated.

import type { ApprovalSummary } from '@keytrail/shared/approval';

const plurals = new Intl.PluralRules('en');

/** Picks the form of a counted noun: `1 event`, `2 events`. */
export function toCount(count: number, one: string, other: string): string {
  return `${count.toLocaleString('en')} ${plurals.select(count) === 'one' ? one : other}`;
}

/** A name within a sentence: abbreviations keep their capitals. */
function toInner(name: string): string {
  return name === name.toUpperCase() ? name : name.toLowerCase();
}

/** Whole hours as hours. */
function toMinutes(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** Before what is said of it; nothing where it has no name. */
function toSubjectOf(name: string | undefined): string {
  return name === undefined ? '' : `${name} `;
}

export const strings = {
  eventList: {
    label: 'Events',
    columns: {
      event: 'Event',
      service: 'Service',
      source: 'Source',
      client: 'Client',
      ip: 'IP',
      reason: 'Reason',
      when: 'When',
    },
    none: '–',
    timesAlone: (count: number) => toCount(count, 'time', 'times'),
    times: (count: number, duration: string) => `${toCount(count, 'time', 'times')} in ${duration}`,
    unfold: (count: number) => `Show all ${count.toLocaleString('en')} events`,
    fold: (count: number) => `Fold ${count.toLocaleString('en')} events into one row`,
    retryAt: (time: string) => `allowed again ${time}`,
    failed: (why: string | undefined) => (why === undefined ? 'Failed' : `Failed: ${why}`),
    ungrouped: { agent: 'No agent', service: 'No service' },
  },
  eventFilter: {
    label: 'Filter events',
    all: 'All',
    type: 'Type',
    source: 'Source',
    service: 'Service',
    agent: 'Agent',
    range: 'Time',
    clear: 'Clear filters',
    remove: (name: string) => `Remove filter: ${name}`,
    menu: (name: string) => `Filter by ${toInner(name)}`,
    active: (name: string, values: string) => `${name}: ${values}`,
    more: (first: string, others: number) => `${first} +${others}`,
    noServices: 'No services yet',
    noAgents: 'No agents yet',
    unknownAgent: (id: string) => `Agent ${id.slice(-6)}`,
    countNoun: (count: number) => (plurals.select(count) === 'one' ? 'event' : 'events'),
    searchValues: (name: string) => `Search ${toInner(name)}`,
    valuesFound: (count: number) => toCount(count, 'value', 'values'),
    noValue: 'No value matches.',
    add: (value: string) => `Add ${value}`,
  },
  eventTypesShort: {
    secret_access: 'Secret',
    agent_access: 'Agent',
    token_refresh: 'Refresh',
    policy_denied: 'Denied',
    vault_change: 'Changes',
  },
  eventActions: {
    reveal: 'revealed',
    copy: 'copied',
    autofill: 'autofilled',
    fetch: 'fetched',
    read: 'read',
    inject: 'called',
    result: 'answered',
    refresh: 'refreshed',
    connect: 'connected',
    create: 'created',
    update: 'changed',
    delete: 'deleted',
    rotate: 'key rotated',
    suspend: 'suspended',
    resume: 'resumed',
    revoke: 'revoked',
    sign_in: 'signed in',
    sign_out: 'signed out',
    export: 'exported',
    prune: 'pruned',
    attach: 'attached',
    detach: 'detached',
    request: 'asked for approval',
    approve: 'approved',
    refuse: 'refused',
    lock: 'locked',
    unlock: 'unlocked',
    bind: 'bound',
    unbind: 'unbound',
    ticket: 'ticket issued',
    deliver: 'delivered',
    notify: 'webhook told',
    move: 'moved',
  },
  proxyCall: {
    called: (tool: string | undefined) => (tool === undefined ? 'called' : `called ${tool}`),
    call: (tool: string | undefined) => (tool === undefined ? 'call' : `call of ${tool}`),
    answered: (status: number, tool: string | undefined) => `${toSubjectOf(tool)}answered ${status}`,
    answeredAtAll: (tool: string | undefined) => `${toSubjectOf(tool)}answered`,
    failed: (tool: string | undefined) => `${toSubjectOf(tool)}failed`,
  },
  eventOutcomes: { ok: 'Done', denied: 'Denied', failed: 'Failed' },
  dateRange: {
    all: 'All time',
    last: { '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' },
    custom: 'Custom range',
    from: 'From',
    to: 'To',
    apply: 'Apply',
    since: (from: string) => `Since ${from}`,
    until: (to: string) => `Until ${to}`,
    between: (from: string, to: string) => `${from} – ${to}`,
    reversed: 'The end must be later than the start.',
  },
  dialog: { close: 'Close', cancel: 'Cancel' },
  secret: {
    show: (name: string) => `Show ${name}`,
    hidden: 'Hidden',
    reveal: (name: string) => `Reveal ${name}`,
    hide: (name: string) => `Hide ${name}`,
    copy: (name: string) => `Copy ${name}`,
    copied: 'Copied',
    hides: (seconds: number) => `Hides in ${seconds} s`,
    validFor: (seconds: number) => `Valid for ${seconds} s`,
    clipboard: 'The browser did not allow copying. Reveal the value and copy it by hand.',
  },
  approval: {
    label: 'Requests that wait for you',
    name: ({ asker, service }: Pick<ApprovalSummary, 'asker' | 'service'>) =>
      asker.kind === 'agent'
        ? `${asker.name} wants ${service ?? ''}`
        : `${asker.name} proxy wants to call ${asker.tool}`,
    wants: { agent: 'wants', proxy: 'proxy wants to call' },
    noReason: 'No reason stated',
    askedBy: (policies: readonly string[]) => `by policy ${policies.join(', ')}`,
    key: (hint: string) => `key …${hint}`,
    left: (time: string) => `${time} left to answer`,
    once: 'Approve once',
    remember: {
      agent: (minutes: number) => `Approve for ${toMinutes(minutes)}`,
      proxy: (minutes: number) => `Approve every call with this key for ${toMinutes(minutes)}`,
    },
    rememberShort: {
      agent: (minutes: number) => `For ${toMinutes(minutes)}`,
      proxy: (minutes: number) => `All for ${toMinutes(minutes)}`,
    },
    deny: 'Deny',
    denyWithNote: 'Deny with a note',
    note: { agent: 'A word to the agent', proxy: 'A word to whoever calls' },
    notePlaceholder: 'Not now, ask me on Monday',
    denyNow: 'Deny access',
    back: 'Back',
    keys: 'A approve · D deny · N note',
    keysRemember: 'A once · M longer · D deny · N note',
    more: (count: number) => (count === 1 ? '1 more waits' : `${count} more wait`),
    fewer: 'Show fewer',
    settled: {
      once: 'Approved once',
      remember: {
        agent: (minutes: number) => `Approved for ${toMinutes(minutes)}`,
        proxy: (minutes: number) => `Approved every call for ${toMinutes(minutes)}`,
      },
      denied: 'Denied',
      expired: 'Nobody answered in time, so it was refused',
      ended: 'No longer possible, so the request has ended',
      by: (place: string) => `by ${place}`,
      said: (note: string) => `“${note}”`,
    },
    noWorker: 'Keytrail did not answer. Try again.',
  },
  accessRequest: {
    label: 'Requests for access',
    name: (agent: string, service: string) => `${agent} asks for ${service}`,
    asksFor: 'asks for',
    ends: (when: string) => `ends ${when}`,
    anyLabel: 'any of this service',
    allFields: 'all fields',
    wished: (duration: string) => `wished: ${duration}`,
    grant: 'Grant…',
    grantNow: 'Grant access',
    credential: 'Credential',
    choose: 'Choose a credential',
    loading: 'Fetching your credentials',
    severalFit: 'Several fit what the agent named.',
    noneFits: 'None fits what the agent named; you may grant another one. The agent is told its name.',
    emptyVault: 'The vault holds no credential yet.',
    noneAskedFor: 'None of the fields that were asked for is in this credential.',
    duration: 'How long',
    durations: { '1h': '1 hour', '1d': '1 day', '7d': '7 days', '30d': '30 days', until_revoked: 'Until revoked' },
    granted: (duration: string | null) => (duration === null ? 'Granted' : `Granted, ${duration}`),
    denied: 'Denied',
    expired: 'Nobody answered within a day, so it was refused',
  },
  grantFields: {
    label: 'Fields',
    hint: 'Untick what the agent has no use for.',
    none: 'Leave at least one.',
  },
  lock: {
    lock: 'Lock the vault',
    title: 'The vault is locked',
    sentence: 'Every access and every change is refused until you unlock it. Refusals are recorded.',
    password: 'Account password',
    unlock: 'Unlock',
    passkey: 'Use a passkey',
    passkeyGivenUp: 'The passkey was not used. Try again, or type the password.',
    noWorker: 'Keytrail did not answer. Try again.',
  },
  optional: 'optional',
} as const;
