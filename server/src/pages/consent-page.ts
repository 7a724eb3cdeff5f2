// The page that asks an owner, who signed in, whether a client may act as one of their agents, and as which.

import type { AgentSummary } from '@keytrail/shared/agent';
import { type Html, html } from './html.ts';
import { type Asking, toAlert, toAskingFacts, toHidden } from './layout.ts';
import type { Page } from './sign-in-page.ts';
import { strings } from './strings.ts';

const text = strings.consent;

interface Consent {
  readonly asking: Asking;
  readonly action: string;
  readonly question: string;
  /** Good for one answer to this question. */
  readonly ticket: string;
  readonly email: string;
  readonly agents: readonly AgentSummary[];
  /** The id of an agent, or `new`. */
  readonly chosen: string;
  readonly name: string;
  readonly failure: string | null;
}

/** The answer is one press of a button; nothing is chosen by looking. */
export function toConsentPage(consent: Consent): Page {
  const { asking, action, question, ticket, email, agents, failure } = consent;
  const title = text.title(asking.clientName);
  const body = html`<h1 dir="auto">${title}</h1>
<p>${text.signedIn} <strong dir="auto">${email}</strong></p>
${toAskingFacts(asking)}
<form method="post" action="${action}">
${toAlert(failure, consent.chosen !== 'new')}
${toHidden('question', question)}${toHidden('ticket', ticket)}
<fieldset>
<legend>${text.which}</legend>
${agents.map((agent) => toChoice(agent, consent.chosen === agent.id))}
${toNewChoice(consent)}
</fieldset>
<p class="quiet">${text.means}</p>
<div class="buttons">
<button class="primary" type="submit" name="answer" value="connect">${text.connect}</button>
<button type="submit" name="answer" value="refuse" formnovalidate>${text.refuse}</button>
</div>
</form>`;
  return { title: failure === null ? title : strings.error(title), body };
}

function toChoice(agent: AgentSummary, chosen: boolean): Html {
  const suspended = agent.status !== 'active';
  return html`<label class="choice"><input type="radio" name="agent" value="${agent.id}"${toState(chosen, suspended)}>
<span><span dir="auto">${agent.name}</span> <small>${suspended ? text.suspended : text.grants(agent.activeGrants)}</small></span></label>
`;
}

function toNewChoice({ chosen, name, failure }: Consent): Html {
  const blame =
    failure !== null && chosen === 'new' ? html` aria-invalid="true" aria-describedby="alert" autofocus` : null;
  return html`<label class="choice"><input type="radio" name="agent" value="new"${toState(chosen === 'new', false)}>
<span>${text.newAgent} <small>${text.newAgentHint}</small></span></label>
<div class="new-name">
<label for="name">${text.name}</label>
<input id="name" name="name" dir="auto" maxlength="100" autocomplete="off" value="${name}"${blame}>
</div>`;
}

function toState(checked: boolean, disabled: boolean): Html | null {
  if (disabled) return html` disabled`;
  return checked ? html` checked` : null;
}
