// Where the menu stands: below its field, or above it where there is more room; as high as there is room, so that all of it is seen.

const widthMin = 240;
const widthMax = 360;
const gap = 4;
/** One login and the foot. */
const roomMin = 80;

/**
 * Writes the host's rules for a field's place. False when there is no place: the field is gone or out of sight, or the
 * window too low.
 * @param frame a style element inside the host's closed root.
 */
export function placeHost(host: HTMLElement, frame: HTMLElement, field: HTMLInputElement): boolean {
  const box = field.getBoundingClientRect();
  if (!field.isConnected || box.width === 0 || box.bottom < 0 || box.top > innerHeight) return false;
  const width = Math.min(Math.max(box.width, widthMin), widthMax, innerWidth - 2 * gap);
  const left = Math.max(gap, Math.min(box.left, innerWidth - width - gap));
  const [above, below] = [box.top - 2 * gap, innerHeight - box.bottom - 2 * gap];
  const room = Math.max(above, below);
  if (room < roomMin) return false;
  const rules = { ...fixedRules, left: `${left}px`, width: `${width}px`, '--room': `${room}px` };
  writeRules(frame, rules);
  // Its height is only known now that its width and the room are.
  const [side, distance] =
    host.offsetHeight > below ? ['bottom', innerHeight - box.top + gap] : ['top', box.bottom + gap];
  writeRules(frame, { ...rules, [side]: `${distance}px` });
  return true;
}

function writeRules(frame: HTMLElement, rules: Readonly<Record<string, string>>): void {
  const text = Object.entries(rules).map(([name, value]) => `${name}:${value}!important`);
  frame.textContent = `:host{${text.join(';')}}`;
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
