// The page's elements as the browser knows them. A field named `baseURI` stands in the way of `form.baseURI`, an image with
// that name in the way of `document.baseURI` (DOM clobbering): what a form or the document is asked, is asked through
// prototypes, which markup cannot reach. Fields, labels and buttons have no such names.

/** The value of an attribute, of any element. */
export function getAttribute(element: Element, name: string): string | null {
  return Element.prototype.getAttribute.call(element, name);
}

/** Sets an attribute of any element, or removes it. */
export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) Element.prototype.removeAttribute.call(element, name);
  else Element.prototype.setAttribute.call(element, name, value);
}

/** True for an element and for what is in it. */
export function contains(element: Element, other: Node): boolean {
  return Node.prototype.contains.call(element, other);
}

/** Where an element stands in the viewport. */
export function getBox(element: Element): DOMRect {
  return Element.prototype.getBoundingClientRect.call(element);
}

/** The element around another one. */
export function findParent(element: Element): Element | null {
  return Reflect.get(Node.prototype, 'parentElement', element);
}

/** The controls of a form, wherever they stand. */
export function listControls(form: HTMLFormElement): readonly Element[] {
  return [...Reflect.get(HTMLFormElement.prototype, 'elements', form)];
}

/** What a selector finds below an element, in the order of the document. */
export function findAll(scope: Element, selector: string): readonly Element[] {
  return [...Element.prototype.querySelectorAll.call(scope, selector)];
}

/** The same in the whole document. */
export function findAllOnPage(selector: string): readonly Element[] {
  return findAll(getDocumentElement(), selector);
}

/** The address that relative ones on this page start from. */
export function getBaseAddress(): string {
  return getDocumentElement().baseURI;
}

export function getDocumentElement(): HTMLElement {
  return Reflect.get(Document.prototype, 'documentElement', document);
}

export function findActiveElement(): Element | null {
  return Reflect.get(Document.prototype, 'activeElement', document);
}

/** False while another tab is in front. */
export function isPageShown(): boolean {
  return !Reflect.get(Document.prototype, 'hidden', document);
}

/** The elements at a place of the viewport that a click could meet, the one on top first. */
export function listElementsAt(x: number, y: number): readonly Element[] {
  return Document.prototype.elementsFromPoint.call(document, x, y);
}

/** A new element that is not on the page yet. */
export function makeElement(name: string): HTMLElement {
  return Document.prototype.createElement.call(document, name);
}

/** The same for what draws. */
export function makeDrawing(name: string): Element {
  return Document.prototype.createElementNS.call(document, 'http://www.w3.org/2000/svg', name);
}
