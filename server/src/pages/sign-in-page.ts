// The page on which an owner says who they are, before they are asked anything.

import { type Html, html } from './html.ts';
import { type Asking, toAlert, toAskingFacts, toHidden } from './layout.ts';
import { strings } from './strings.ts';

const text = strings.signIn;

interface SignIn {
  readonly asking: Asking;
  /** Where the form goes. */
  readonly action: string;
  /** What was asked, to go along with the answer. */
  readonly question: string;
  readonly email: string;
  readonly failure: string | null;
}

/** After a failure the address is kept, the password is not. */
export function toSignInPage({ asking, action, question, email, failure }: SignIn): Page {
  const title = text.title(asking.clientName);
  const describedBy = failure === null ? null : html` aria-describedby="alert"`;
  const focus = html` autofocus`;
  const body = html`<h1 dir="auto">${title}</h1>
<p>${text.lead}</p>
${toAskingFacts(asking)}
<form method="post" action="${action}">
${toAlert(failure)}
${toHidden('question', question)}
<label for="email">${text.email}</label>
<input id="email" name="email" type="email" required maxlength="320" autocomplete="username" value="${email}"${describedBy}${email === '' ? focus : null}>
<label for="password">${text.password}</label>
<input id="password" name="password" type="password" required maxlength="128" autocomplete="current-password"${describedBy}${email === '' ? null : focus}>
<div class="buttons"><button class="primary" type="submit">${text.submit}</button></div>
</form>
<p class="quiet">${strings.skip}</p>`;
  return { title: failure === null ? title : strings.error(title), body };
}

export interface Page {
  readonly title: string;
  readonly body: Html;
}
