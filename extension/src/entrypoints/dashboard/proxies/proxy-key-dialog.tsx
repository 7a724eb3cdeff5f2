// Shows a new key of a proxy, once, within the configuration of the client that it is for.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { NewKey } from '../agents/new-key.tsx';
import { Section } from '../detail.tsx';
import { strings } from '../strings.ts';
import { ClientConfig } from './client-config.tsx';

const text = strings.proxies.keyDialog;

interface ProxyKeyDialogProps {
  readonly proxy: ProxySummary;
  readonly secretKey: string;
  readonly onClose: () => void;
}

/** Closes only by its button: a slip would cost the key. */
export function ProxyKeyDialog({ proxy, secretKey, onClose }: ProxyKeyDialogProps) {
  return (
    <Dialog open wide sticky="always" onClose={onClose} title={text.title(proxy.name)}>
      <DialogBody>
        <NewKey secretKey={secretKey} keys={proxy.keys} />
        <Section title={text.connect}>
          <ClientConfig proxies={[{ ...proxy, key: secretKey }]} />
        </Section>
      </DialogBody>
      <DialogFoot>
        <Button variant="primary" onClick={onClose}>
          {strings.agents.keyDialog.done}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
