// A request explained over the list, by the policies as they are stored.

import { DialogBody, Drawer } from '../../../ui/dialog.tsx';
import { strings } from '../strings.ts';
import { ExplainPanel } from './explain-panel.tsx';

export function ExplainDrawer({ onClose }: { readonly onClose: () => void }) {
  return (
    <Drawer open onClose={onClose} title={strings.policies.explainPanel.title}>
      <DialogBody>
        <ExplainPanel />
      </DialogBody>
    </Drawer>
  );
}
