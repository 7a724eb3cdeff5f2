// What a form was opened with, however often its source is read anew afterwards.

import { useState } from 'react';

/**
 * The first value that there was. A form that compares with it, and sends its version, undoes nothing that another window
 * stored meanwhile. The caller gives the component a key where the form is to begin anew.
 */
export function useFirst<Value extends object>(value: Value | undefined): Value | undefined {
  const [first, setFirst] = useState(value);
  if (first === undefined && value !== undefined) setFirst(value);
  return first ?? value;
}
