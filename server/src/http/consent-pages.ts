// The two pages on which an owner lets a client in: they sign in, then say as which agent. There is no cookie: what one page
// knows goes to the next in its form, so that no other page can answer for the person.

import { readFileSync } from 'node:fs';
import { AppError, errorFaces } from '@keytrail/shared/errors';
import { name as agentName } from '@keytrail/shared/text';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { listAgents } from '../agents/agents.ts';
import type { AgentChoice } from '../agents/connect-client.ts';
import type { Auth } from '../auth/accounts.ts';
import { issueTicket, redeemTicket } from '../auth/consent-tickets.ts';
import { signInForQuestion } from '../auth/page-sign-in.ts';
import type { OwnerPrincipal } from '../auth/principal.ts';
import { toRequester } from '../auth/requester.ts';
import type { Context } from '../base/context.ts';
import { grantAuthorization, refuseAuthorization } from '../oauth/authorization-server.ts';
import type { Clients } from '../oauth/clients.ts';
import { oauthPaths } from '../oauth/metadata.ts';
import { toConsentPage } from '../pages/consent-page.ts';
import { toRefusalPage } from '../pages/refusal-page.ts';
import { type Page, toSignInPage } from '../pages/sign-in-page.ts';
import { strings } from '../pages/strings.ts';
import { toAppError } from '../trpc/errors.ts';
import { verifyUnlocked } from '../vault/lock.ts';
import { toErrorStatus } from './error-status.ts';
import { createSameOriginCheck, sendPage } from './page.ts';
import { type Asked, readQuestion, toQuery } from './question.ts';

const form = express.urlencoded({ extended: false, limit: '32kb' });
const style = readFileSync(new URL('../pages/page.css', import.meta.url), 'utf8');

/** What the handlers of both pages work with. */
interface Desk {
  readonly ctx: Context;
  readonly auth: Auth;
  readonly clients: Clients;
  readonly baseUrl: string;
}

export function createConsentPages(ctx: Context, auth: Auth, clients: Clients, baseUrl: string): Router {
  const desk = { ctx, auth, clients, baseUrl };
  const routes = Router();
  routes.get(oauthPaths.style, (_request, response) => void response.type('css').send(style));
  routes.get(oauthPaths.authorize, async (request, response) => {
    const asked = await readQuestion(desk, response, request.query);
    if (asked !== null) sendPage(response, 200, toSignIn(asked, '', null));
  });
  routes.post([oauthPaths.signIn, oauthPaths.consent], createSameOriginCheck(baseUrl), form);
  routes.post(oauthPaths.signIn, (request, response) => signIn(desk, request, response));
  routes.post(oauthPaths.consent, (request, response) => decide(desk, request, response));
  routes.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const status = toErrorStatus(error);
    if (status >= 500) ctx.log.error({ error }, 'page failed');
    const { broken, unreadable } = strings.refusal;
    sendPage(response, status, toRefusalPage(status >= 500 ? broken : unreadable));
  });
  return routes;
}

const question = z.string().max(20_000);
const signInForm = z.object({
  question,
  email: z.string().trim().max(320),
  password: z.string().max(128),
});

async function signIn(desk: Desk, request: Request, response: Response): Promise<void> {
  const parsed = signInForm.safeParse(request.body);
  if (!parsed.success) return sendPage(response, 400, toRefusalPage(strings.refusal.unreadable));
  const { email, password } = parsed.data;
  const asked = await readQuestion(desk, response, toQuery(parsed.data.question));
  if (asked === null) return;
  const requester = toRequester(request);
  if (email === '' || password === '') return sendPage(response, 400, toSignIn(asked, email, strings.signIn.missing));
  try {
    const note = `To answer ${asked.asking.clientName}; no session was opened`;
    const owner = await signInForQuestion(desk.ctx, desk.auth, requester, { email, password }, note);
    await sendConsent(desk, response, asked, owner, null);
  } catch (cause) {
    const error = toTold(cause, ['password_wrong', 'too_many_tries']);
    sendPage(response, errorFaces[error.code].status, toSignIn(asked, email, error.public));
  }
}

const consentForm = z.object({
  question,
  ticket: z.string().max(100),
  answer: z.enum(['connect', 'refuse']),
  agent: z.string().max(100).default(''),
  name: z.string().max(1000).default(''),
});
type Answer = z.output<typeof consentForm>;

async function decide(desk: Desk, request: Request, response: Response): Promise<void> {
  const parsed = consentForm.safeParse(request.body);
  if (!parsed.success) return sendPage(response, 400, toRefusalPage(strings.refusal.unreadable));
  const answer = parsed.data;
  const asked = await readQuestion(desk, response, toQuery(answer.question));
  if (asked === null) return;
  const owner = await redeemTicket(desk.ctx, answer.ticket, asked.question, toRequester(request));
  if (owner === null) return sendPage(response, 401, toSignIn(asked, '', strings.signIn.expired));
  try {
    response.redirect(303, await carryOut(desk, asked, owner, answer));
  } catch (cause) {
    const error = toTold(cause, ['invalid_input', 'conflict', 'not_found', 'agent_suspended', 'vault_locked']);
    await sendConsent(desk, response, asked, owner, { answer, error });
  }
}

/** Answers where the browser goes back to. */
async function carryOut(desk: Desk, { request }: Asked, owner: OwnerPrincipal, answer: Answer): Promise<string> {
  const { ctx, clients, baseUrl } = desk;
  if (answer.answer === 'refuse') return refuseAuthorization(ctx, baseUrl, request, owner);
  const choice = toChoice(answer);
  await verifyUnlocked(ctx, owner, 'agents.connect');
  return grantAuthorization(ctx, clients, baseUrl, request, { owner, choice });
}

function toChoice({ agent, name }: Answer): AgentChoice {
  if (agent === 'new') {
    const parsed = agentName(100).safeParse(name);
    if (parsed.success) return { kind: 'new', name: parsed.data };
    throw new AppError('invalid_input', { message: 'agent name', public: strings.consent.badName });
  }
  if (z.uuid().safeParse(agent).success) return { kind: 'existing', id: agent };
  throw new AppError('invalid_input', { message: 'no agent chosen', public: strings.consent.noChoice });
}

/** Asks, again after a failure with what was chosen; each time by a ticket of its own. */
async function sendConsent(
  { ctx }: Desk,
  response: Response,
  { request, question, asking }: Asked,
  owner: OwnerPrincipal,
  failed: { answer: Answer; error: AppError } | null,
): Promise<void> {
  const agents = await listAgents(ctx, owner);
  const namesake = agents.find(({ name, status }) => name === asking.clientName && status === 'active');
  const page = toConsentPage({
    asking,
    action: oauthPaths.consent,
    question,
    ticket: await issueTicket(ctx, owner, question),
    email: owner.email,
    agents,
    chosen: failed?.answer.agent ?? namesake?.id ?? 'new',
    name: failed?.answer.name ?? toFreeName(asking.clientName, new Set(agents.map(({ name }) => name))),
    failure: failed?.error.public ?? null,
  });
  sendPage(response, failed === null ? 200 : errorFaces[failed.error.code].status, page, request.redirectUri);
}

function toFreeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2, candidate = name; ; candidate = `${name.slice(0, 90)} ${number++}`) {
    if (!taken.has(candidate)) return candidate;
  }
}

function toSignIn({ asking, question }: Asked, email: string, failure: string | null): Page {
  return toSignInPage({ asking, action: oauthPaths.signIn, question, email, failure });
}

/** The error, if the person can do something about it; else it goes on as it is. */
function toTold(cause: unknown, codes: readonly AppError['code'][]): AppError {
  const error = toAppError(cause);
  if (codes.includes(error.code)) return error;
  throw cause;
}
