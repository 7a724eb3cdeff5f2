// In which order requests stand in their list: those that wait, then those that were settled; but while somebody points at
// them each keeps the place it had, so that nothing moves up under the pointer.

interface Asked {
  readonly id: string;
  readonly status: string;
}

export interface Standing<Item> {
  readonly item: Item;
  /** A card stands there, or stood there: its place keeps the height of one. */
  readonly isCard: boolean;
  /** It is not to be shown any longer and only keeps its place. */
  readonly isGone: boolean;
}

/** Each where it belongs. @param items those that wait first */
export function toFreeOrder<Item extends Asked>(items: readonly Item[]): readonly Standing<Item>[] {
  return items.map((item) => ({ item, isCard: item.status === 'waiting', isGone: false }));
}

/** Each where it stood; what is new comes last. */
export function toHeldOrder<Item extends Asked>(
  stood: readonly Standing<Item>[],
  items: readonly Item[],
): readonly Standing<Item>[] {
  const present = new Map(items.map((item) => [item.id, item]));
  const stoodIds = new Set(stood.map(({ item }) => item.id));
  const kept = stood.map(({ item, isCard }) => {
    const now = present.get(item.id);
    return { item: now ?? item, isCard, isGone: now === undefined };
  });
  return [...kept, ...toFreeOrder(items.filter(({ id }) => !stoodIds.has(id)))];
}

/** Whether both look alike. */
export function isSameOrder<Item>(one: readonly Standing<Item>[], other: readonly Standing<Item>[]): boolean {
  const isSame = ({ item, isCard, isGone }: Standing<Item>, beside: Standing<Item> | undefined) =>
    item === beside?.item && isCard === beside.isCard && isGone === beside.isGone;
  return one.length === other.length && one.every((standing, index) => isSame(standing, other[index]));
}
