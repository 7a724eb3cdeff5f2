// A site with login pages: one of plain HTML, one whose fields real React controls. Shows what the page itself knows.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

export interface LoginSite {
  readonly port: number;
  /** The address of a page as this host, which must end in .test. */
  toUrl(host: string, path?: string): string;
  close(): Promise<void>;
}

export async function startLoginSite(): Promise<LoginSite> {
  const pages: Record<string, string> = { '/': plainPage, '/react': reactPage(), '/search': searchPage };
  const server = createServer((request, response) => {
    const page = pages[request.url?.split('?')[0] ?? ''];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page ?? 'nothing here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a loopback port was expected');
  return {
    port: address.port,
    toUrl: (host, path = '/') => `http://${host}:${address.port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const style = `<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; background: #eef1f5 }
  form { background: #fff; padding: 32px 36px; border-radius: 12px; width: 340px; display: grid; gap: 14px; box-shadow: 0 8px 30px #1018281a }
  h1 { font-size: 20px; margin: 0 } label { display: grid; gap: 4px; font-size: 14px; color: #445 }
  input { font: inherit; padding: 9px 11px; border: 1px solid #c5ccd6; border-radius: 8px }
  button { font: inherit; padding: 9px; border: 0; border-radius: 8px; background: #14532d; color: #fff } button:disabled { opacity: .45 }
  output { font-size: 13px; color: #667 }
</style>`;

const plainPage = `<!doctype html><html lang="en"><title>Example Shop</title>${style}
<form action="/welcome" method="post"><h1>Example Shop</h1>
<label>E-mail <input name="email" type="email" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<input name="trap" type="password" tabindex="-1" style="display:none">
<button>Sign in</button></form></html>`;

const searchPage = `<!doctype html><html lang="en"><title>Search</title>${style}
<form><h1>Search</h1><label>Search <input name="q" type="search"></label>
<label>Newsletter <input name="newsletter" type="email"></label><button>Go</button></form></html>`;

/** React controls both fields: what it does not see, its next render wipes out. */
function reactPage(): string {
  return `<!doctype html><html lang="en"><title>Example Shop</title>${style}<div id="root"></div>
<script>${bundleReact()}
const { createElement: h, useState } = require('react');
function Login() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const typed = (set) => (event) => set(event.target.value);
  return h('form', { onSubmit: (event) => event.preventDefault() },
    h('h1', null, 'Example Shop'),
    h('label', null, 'E-mail ', h('input', { name: 'email', type: 'email', autoComplete: 'username', value: email, onChange: typed(setEmail) })),
    h('label', null, 'Password ', h('input', { name: 'password', type: 'password', autoComplete: 'current-password', value: password, onChange: typed(setPassword) })),
    h('button', { disabled: email === '' || password === '' }, 'Sign in'),
    h('output', null, email === '' ? 'nothing yet' : email + ', password of ' + password.length + ' characters'));
}
require('react-dom/client').createRoot(document.getElementById('root')).render(h(Login));
</script></html>`;
}

/** React's own production files behind a require of four lines: it ships no build for a script tag. */
function bundleReact(): string {
  const here = createRequire(import.meta.url);
  const reactDom = here.resolve('react-dom');
  const files: Record<string, string> = {
    react: here.resolve('react/package.json').replace('package.json', 'cjs/react.production.js'),
    'react-dom': reactDom.replace('index.js', 'cjs/react-dom.production.js'),
    'react-dom/client': reactDom.replace('index.js', 'cjs/react-dom-client.production.js'),
    scheduler: createRequire(reactDom).resolve('scheduler').replace('index.js', 'cjs/scheduler.production.js'),
  };
  const modules = Object.entries(files).map(
    ([name, file]) => `${JSON.stringify(name)}(exports, module, require) {${readFileSync(file, 'utf8')}}`,
  );
  return `const modules = {${modules.join(',\n')}}, loaded = {};
function require(name) {
  if (!loaded[name]) { const module = (loaded[name] = { exports: {} }); modules[name](module.exports, module, require); }
  return loaded[name].exports;
}`.replaceAll('</script', '<\\/script');
}
