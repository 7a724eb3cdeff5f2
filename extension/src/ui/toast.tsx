// Short confirmations at the foot of the page: said, shown, gone.

import { CircleCheck } from 'lucide-react';
import { Toast as Primitive } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

interface Message {
  readonly id: number;
  readonly text: string;
}

const ToastContext = createContext<(text: string) => void>(() => undefined);

/** Gives everything inside it `useToast`. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const show = useCallback((text: string) => {
    setMessages((shown) => [...shown.slice(-2), { id: (shown.at(-1)?.id ?? 0) + 1, text }]);
  }, []);
  return (
    <ToastContext value={show}>
      <Primitive.Provider duration={5000}>
        {children}
        {messages.map(({ id, text }) => (
          <Primitive.Root
            key={id}
            onOpenChange={(open) => !open && setMessages((shown) => shown.filter((message) => message.id !== id))}
            className="flex max-w-md animate-appear items-center gap-2 rounded-md bg-ink px-3 py-2 text-sm text-canvas shadow-overlay"
          >
            <CircleCheck aria-hidden className="size-4 shrink-0" />
            {/* It may name what a person has named. */}
            <Primitive.Description dir="auto" className="user-text line-clamp-2 min-w-0">
              {text}
            </Primitive.Description>
          </Primitive.Root>
        ))}
        <Primitive.Viewport className="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2 outline-none *:pointer-events-auto" />
      </Primitive.Provider>
    </ToastContext>
  );
}

/** Returns the function that shows a message for a few seconds. For good news only: refusals stay where they belong. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}
