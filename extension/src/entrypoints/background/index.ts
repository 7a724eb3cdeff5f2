// The worker: wires events of the browser to what answers them.

import { browser } from 'wxt/browser';
import { defineBackground } from 'wxt/utils/define-background';
import { toDashboardUrl } from '../../lib/dashboard-link.ts';
import { endLeftSessions } from '../../lib/left-sessions.ts';
import { forgetLogins } from '../../lib/login-list.ts';
import { answerMessages } from '../../lib/message-intake.ts';
import { restrictStorage, watchSession } from '../../lib/session.ts';
import { watchNotifies } from '../../lib/settings.ts';
import { accessRequestNoticeHandler, answerAccessRequest, listGrantChoices } from './access-requests.ts';
import { alertNoticeHandler, showKeptAlerts } from './alert-notices.ts';
import { answerApproval, approvalNoticeHandler, setLock } from './approvals.ts';
import { followAbsence, lockIfAbsent } from './auto-lock.ts';
import { resetBadge, updateBadge } from './badge.ts';
import { copyPassword } from './copy.ts';
import { fillActiveTab, fillPage, listPageLogins, listTabLogins } from './fill.ts';
import { followInbox } from './inbox.ts';
import { answerNotices } from './notices.ts';
import { pullEvents } from './pull.ts';

const syncAlarm = 'sync';

export default defineBackground(() => {
  void restrictStorage();
  answerMessages({
    'page.logins': ({ sendsTo }, sender) => listPageLogins(sendsTo, sender),
    'page.fill': (request, sender) => fillPage(request, sender),
    'popup.logins': listTabLogins,
    'popup.fill': ({ credentialId }) => fillActiveTab(credentialId),
    'popup.copy': ({ credentialId }) => copyPassword(credentialId),
    'popup.opened': async () => {
      // At once: the server may take long to answer.
      await resetBadge();
      await pullEvents();
      return null;
    },
    'popup.seen': async () => {
      await resetBadge();
      return null;
    },
    'approvals.answer': answerApproval,
    'accessRequests.answer': answerAccessRequest,
    'accessRequests.choices': listGrantChoices,
    'vault.lock': () => setLock('lock'),
    'vault.unlock': setLock,
    sync: async () => {
      await Promise.all([pullEvents(), followInbox()]);
      return null;
    },
    changed: async () => {
      await forgetLogins();
      await pullEvents();
      return null;
    },
  });
  answerNotices({ approval: approvalNoticeHandler, access: accessRequestNoticeHandler, alert: alertNoticeHandler });
  followAbsence();
  watchNotifies(() => void showKeptAlerts());
  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === 'install') void browser.tabs.create({ url: toDashboardUrl('/welcome') });
  });
  browser.alarms.onAlarm.addListener((alarm) => {
    if (alarm.name === syncAlarm) void Promise.all([pullEvents(), followInbox(), lockIfAbsent(), endLeftSessions()]);
  });
  watchSession(() => {
    void forgetLogins();
    void pullEvents().then(updateBadge);
    void followInbox();
  });
  // Without a listener the browser's start would not wake the worker, and nothing would be pulled before the alarm.
  browser.runtime.onStartup.addListener(() => void Promise.all([pullEvents(), followInbox()]));
  // An alarm outlives the worker but not always the browser; making it again is harmless.
  void browser.alarms.create(syncAlarm, { periodInMinutes: 1 });
  void pullEvents();
  void followInbox();
});
