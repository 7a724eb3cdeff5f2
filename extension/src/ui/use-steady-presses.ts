// Keeps a press from a card that slid under the pointer: lists move by themselves when a request is settled elsewhere, runs
// out or comes. A click that was meant for one request must not answer another, which nobody has read.

import { type MouseEvent, type PointerEvent, type RefObject, useLayoutEffect, useRef } from 'react';
import { followScroll, isSteady, notePlaces, type Places, type Point } from './steady-places.ts';

type CardPlaces = Places<Element>;

const cards = '[data-card]';

/**
 * What the element around the cards has to listen to. Presses by keys, and by what reads the screen, always count.
 * @param box that element; a card in it is marked with `data-card`.
 */
export function useSteadyPresses(box: RefObject<HTMLElement | null>) {
  const places = useRef<CardPlaces>(new Map());
  const pressedAtMs = useRef(0);
  useLayoutEffect(() => {
    if (box.current === null) return;
    return followPlaces(box.current, (change) => {
      places.current = change(places.current);
    });
  }, [box]);
  return {
    // By the time of the event itself: it may have waited until the list had moved.
    onPointerDownCapture: (event: PointerEvent) => {
      pressedAtMs.current = event.timeStamp;
    },
    onClickCapture: (event: MouseEvent) => {
      const isByPointer = event.detail > 0;
      const card = event.target instanceof Element ? event.target.closest(cards) : null;
      if (!isByPointer || card === null || isSteady(places.current, card, pressedAtMs.current)) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}

/** Tells of every change of where the cards stand. Returns what ends it. */
function followPlaces(box: HTMLElement, onChange: (change: (known: CardPlaces) => CardPlaces) => void): () => void {
  const note = () => onChange((known) => notePlaces(known, readPoints(box), performance.now()));
  const follow = () => onChange((known) => followScroll(known, readPoints(box)));
  const ending = new AbortController();
  const changes = new MutationObserver(note);
  const sizes = new ResizeObserver(note);
  changes.observe(box, { childList: true, subtree: true });
  sizes.observe(box);
  // Heard of on its way down: the popup scrolls within its page.
  document.addEventListener('scroll', follow, { capture: true, passive: true, signal: ending.signal });
  note();
  return () => {
    changes.disconnect();
    sizes.disconnect();
    ending.abort();
  };
}

function readPoints(box: HTMLElement): ReadonlyMap<Element, Point> {
  return new Map([...box.querySelectorAll(cards)].map((card) => [card, toPoint(card.getBoundingClientRect())]));
}

/** A rectangle's own members are getters, which no spread copies. */
function toPoint({ x, y }: DOMRect): Point {
  return { x, y };
}
