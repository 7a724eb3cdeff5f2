// Work that several ask for at once and that is done once: whoever comes while it is under way gets its outcome.

/** One piece of work under way for each key, on this node. */
export class Flights {
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** Joins the work under way for `key`, or begins it. The key names what is done, so that all of its outcomes are alike. */
  join<Outcome>(key: string, work: () => Promise<Outcome>): Promise<Outcome> {
    const joined = this.#underWay.get(key);
    if (joined !== undefined) return joined as Promise<Outcome>; // One key, one kind of work.
    const flight = work().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, flight);
    return flight;
  }

  /** Resolves when nothing is under way, however it ended. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay.values());
  }
}
