// A proxy in detail: how to call it, what it adds to a call, what it lets through, and its policies.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { api } from '../../../lib/query.ts';
import { DialogBody, Drawer } from '../../../ui/dialog.tsx';
import { Section } from '../detail.tsx';
import { AttachedPolicies } from '../policies/attached-policies.tsx';
import { strings } from '../strings.ts';
import { ClientConfig } from './client-config.tsx';
import { toInjected, toLimits } from './proxy-words.ts';
import { TestCall } from './test-call.tsx';

const text = strings.proxies;

interface ProxyDrawerProps {
  readonly proxy: ProxySummary;
  readonly onClose: () => void;
}

/** Changes of a policy's attachments take effect on the next call. */
export function ProxyDrawer({ proxy, onClose }: ProxyDrawerProps) {
  return (
    <Drawer open onClose={onClose} title={proxy.name} description={<Address url={proxy.upstreamUrl} />}>
      <DialogBody className="gap-5">
        <Section title={text.sections.connect}>
          <ClientConfig proxies={[proxy]} />
        </Section>
        <Section title={text.sections.test}>
          <TestCall run={() => api.proxies.test.mutate({ id: proxy.id })} />
        </Section>
        <Section title={text.sections.injects}>
          <Injects proxy={proxy} />
        </Section>
        <Section title={text.sections.limits}>
          <Limits proxy={proxy} />
        </Section>
        <Section title={text.sections.policies}>
          <AttachedPolicies target={{ kind: 'proxy', id: proxy.id }} />
        </Section>
      </DialogBody>
    </Drawer>
  );
}

function Address({ url }: { readonly url: string }) {
  return (
    <span dir="ltr" className="font-mono text-xs break-all">
      {url}
    </span>
  );
}

function Injects({ proxy }: Pick<ProxyDrawerProps, 'proxy'>) {
  const injected = toInjected(proxy);
  if (injected.length === 0) return <p className="text-mute">{text.nothing}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {injected.map(({ part, name, value }) => (
        <li key={`${part} ${name}`} dir="ltr" className="font-mono text-xs break-all">
          <span className="font-sans text-mute">{text.parts[part]} </span>
          {name}: {value}
        </li>
      ))}
    </ul>
  );
}

function Limits({ proxy }: Pick<ProxyDrawerProps, 'proxy'>) {
  const listed =
    proxy.kind === 'mcp'
      ? proxy.toolAccess.names
      : proxy.routes.map(({ method, path }) => `${method === '*' ? text.form.anyMethod : method} ${path}`);
  return (
    <>
      <p className="first-letter:uppercase">{toLimits(proxy)}</p>
      {listed.length > 0 && (
        <ul dir="ltr" className="flex flex-col gap-0.5 font-mono text-xs break-all text-mute">
          {listed.map((entry) => (
            <li key={entry}>{entry}</li>
          ))}
        </ul>
      )}
    </>
  );
}
