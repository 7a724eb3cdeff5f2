// Every sentence of the shared pieces, in one place and ready to be translated.

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
    create: 'created',
    update: 'changed',
    delete: 'deleted',
    rotate: 'key rotated',
    suspend: 'suspended',
    resume: 'resumed',
    revoke: 'revoked',
    sign_in: 'signed in',
    sign_up: 'signed up',
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
    clipboard: 'The browser did not allow copying. Reveal the value and copy it by hand.',
  },
  approval: {
    label: 'Requests that wait for you',
    name: (agent: string, service: string) => `${agent} wants ${service}`,
    wants: 'wants',
    noReason: 'No reason stated',
    askedBy: (policies: readonly string[]) => `by policy ${policies.join(', ')}`,
    left: (time: string) => `${time} left to answer`,
    once: 'Approve once',
    remember: (minutes: number) => `Approve for ${toMinutes(minutes)}`,
    rememberShort: (minutes: number) => `For ${toMinutes(minutes)}`,
    deny: 'Deny',
    denyWithNote: 'Deny with a note',
    note: 'A word to the agent',
    notePlaceholder: 'Not now, ask me on Monday',
    denyNow: 'Deny access',
    back: 'Back',
    keys: 'A approve · D deny · N note',
    keysRemember: 'A once · M longer · D deny · N note',
    showAll: (count: number) => `Show all ${count}`,
    settled: {
      once: 'Approved once',
      remember: (minutes: number) => `Approved for ${toMinutes(minutes)}`,
      denied: 'Denied',
      expired: 'Nobody answered in time, so it was refused',
      by: (place: string) => `by ${place}`,
      said: (note: string) => `“${note}”`,
    },
    noWorker: 'Keytrail did not answer. Try again.',
  },
  lock: {
    lock: 'Lock the vault',
    title: 'The vault is locked',
    sentence: 'Every access and every change is refused until you unlock it. Refusals are recorded.',
    password: 'Account password',
    unlock: 'Unlock',
    noWorker: 'Keytrail did not answer. Try again.',
  },
  optional: 'optional',
} as const;
