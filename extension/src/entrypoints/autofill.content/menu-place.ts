// Where the menu stands: below its field, or above it where there is no room.

const widthMin = 240;
const widthMax = 360;
const gap = 4;

/**
 * Writes the host's rules for a field's place. False when there is no place: the field is gone or out of sight.
 * @param frame a style element inside the host's closed root.
 */
export function placeHost(host: HTMLElement, frame: HTMLElement, field: HTMLInputElement): boolean {
  const box = field.getBoundingClientRect();
  if (!field.isConnected || box.width === 0 || box.bottom < 0 || box.top > innerHeight) return false;
  const width = Math.min(Math.max(box.width, widthMin), widthMax, innerWidth - 2 * gap);
  const left = Math.max(gap, Math.min(box.left, innerWidth - width - gap));
  const isAbove = box.bottom + gap + host.offsetHeight > innerHeight && box.top > innerHeight - box.bottom;
  const [side, distance] = isAbove ? ['bottom', innerHeight - box.top + gap] : ['top', box.bottom + gap];
  const rules = { ...fixedRules, left: `${left}px`, width: `${width}px`, [side]: `${distance}px` };
  const text = Object.entries(rules).map(([name, value]) => `${name}:${value}!important`);
  frame.textContent = `:host{${text.join(';')}}`;
  return true;
}

/** Important rules inside the root beat every rule of the page, also important ones and those on the element. */
const fixedRules = {
  all: 'initial',
  position: 'fixed',
  inset: 'auto',
  margin: '0',
  padding: '0',
  border: '0',
  background: 'transparent',
  overflow: 'visible',
  display: 'block',
};
