import { expect, test } from 'vitest';
import { html } from './html.ts';

test('what is put into markup stays text, in elements and in attributes', () => {
  const hostile = `"><script>alert('1')</script>&`;
  const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;';
  expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
});

test('markup in markup is not escaped again, nothing leaves nothing', () => {
  const items = ['a', 'b<'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${null}${0}${html`<hr>`}`.text).toBe('<ul><li>a</li><li>b&lt;</li></ul>0<hr>');
});
