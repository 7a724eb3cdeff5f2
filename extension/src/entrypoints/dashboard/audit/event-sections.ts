// Which fields the details of an event show, in which order.

import { strings } from '../strings.ts';

const text = strings.event;

export type FieldName = keyof typeof text.fields;

/** Every member of an event, in the order a reader asks for them; each observed rule stands with its policy. */
export const sections: readonly { readonly title: string; readonly fields: readonly FieldName[] }[] = [
  {
    title: text.sections.what,
    fields: [
      'type',
      'action',
      'service',
      'credentialLabel',
      'fields',
      'agentName',
      'proxyName',
      'tool',
      'upstreamHost',
      'upstreamStatus',
      'durationMs',
      'bytes',
      'count',
      'firstSeq',
      'lastSeq',
      'note',
    ],
  },
  {
    title: text.sections.why,
    fields: [
      'outcome',
      'rule',
      'errorClass',
      'retryAt',
      'reason',
      'policyIds',
      'decidingPolicyId',
      'policyName',
      'observedPolicyIds',
      'approvalId',
    ],
  },
  {
    title: text.sections.who,
    fields: ['source', 'client', 'clientName', 'clientIp', 'siteOrigin', 'frameOrigin', 'userAgent'],
  },
  {
    title: text.sections.record,
    fields: [
      'recordedAt',
      'occurredAt',
      'seq',
      'id',
      'credentialId',
      'agentId',
      'keyId',
      'grantId',
      'proxyId',
      'deviceId',
      'deviceSeq',
      'correlationId',
    ],
  },
];
