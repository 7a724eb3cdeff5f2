// The words of the pages that a person sees in their browser while they let a client in.

export const strings = {
  brand: 'Keytrail',
  skip: 'Nothing has been given out yet. To stop here, close this page.',
  asking: 'Program',
  claimed: 'as it calls itself',
  describedAt: 'as described by',
  returnsTo: 'Returns to',
  thisComputer: 'a program on this computer',
  anyProgram: 'a program on this computer, which may be another one',
  anApp: 'the app that has this scheme',
  signIn: {
    title: (client: string) => `Sign in to answer ${client}`,
    lead: 'A program asks to act as one of your agents. Sign in to choose which one, or to refuse.',
    email: 'E-mail address',
    password: 'Password',
    submit: 'Sign in',
    missing: 'Enter the e-mail address and the password of your account.',
    expired: 'It took more than ten minutes, or the answer was given already. Sign in again.',
  },
  consent: {
    title: (client: string) => `Let ${client} act as an agent?`,
    signedIn: 'Signed in as',
    which: 'Act as',
    newAgent: 'A new agent',
    newAgentHint: 'It may use nothing until you grant it something.',
    name: 'Name of the new agent',
    grants: (count: number) => (count === 0 ? 'No grants yet' : count === 1 ? '1 grant' : `${count} grants`),
    suspended: 'Suspended',
    means:
      'The program may use what this agent was granted, under the same policies. Every use is recorded. You can disconnect it at any time on the Agents page.',
    connect: 'Connect',
    refuse: 'Refuse',
    noChoice: 'Choose an agent.',
    badName: 'Give the new agent a name of at most 100 characters, on one line.',
  },
  refusal: {
    title: 'This cannot go on',
    unknown:
      'The program that sent you here is not registered with this server, or wants you to return to an address that it did not register. Start again from the program; if that does not help, remove this server there and add it anew.',
    undescribed: (host: string) =>
      `The program that sent you here says that ${host} describes it, but nothing that this server can take was found there. Start again from the program; if that does not help, tell whoever makes it.`,
    wrong: 'The program that sent you here asked in a way that this server does not take. Nothing was given out.',
    back: (to: string) => `Tell the program, at ${to}`,
    otherOrigin: (baseUrl: string) =>
      `This answer did not come from a page of this server, so it was not taken. Start again from the program; this server is at ${baseUrl}.`,
    broken: 'Something broke on the server. Nothing was given out; start again from the program.',
    unreadable: 'The form could not be read. Start again from the program.',
  },
  error: (title: string) => `Error: ${title}`,
} as const;
