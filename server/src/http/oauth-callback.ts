// Where a provider sends the browser back to after the owner's consent. The dashboard that opened the tab takes the code from its
// address and ends the connection with the owner's session; this page only says so, and reads nothing.

import type { RequestHandler } from 'express';

export const oauthCallbackPath = '/oauth/callback';

/** The same page whoever comes: what stands in the address is the dashboard's business. */
export const oauthCallbackRoute: RequestHandler = (_request, response) => {
  response
    .set({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    })
    .type('html')
    .send(page);
};

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Keytrail</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1.5rem; }
  p { opacity: 0.75; }
</style>
<main>
  <h1>Back to Keytrail</h1>
  <p>Your Keytrail dashboard finishes the connection and closes this tab. If nothing happens, the dashboard that started it is
  closed, or this is another browser: go back to Keytrail and connect again.</p>
</main>
</html>
`;
