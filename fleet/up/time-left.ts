/** The resources that are to be registered, and how long the rest will take. */
export class TimeLeft {
  readonly #started = performance.now();
  readonly #all: number;
  #done = 0;

  constructor(resources: number) {
    this.#all = resources;
  }

  done(): void {
    this.#done += 1;
  }

  /** `1,234 of 3,200 resources, about 2 min left`. */
  words(elapsed = performance.now() - this.#started): string {
    const all = Math.max(this.#all, this.#done);
    const counted = `${this.#done.toLocaleString("en")} of ${all.toLocaleString("en")} resources`;
    // The first resources say little about the others.
    if (this.#done * 20 < all) return counted;
    return `${counted}, ${duration((elapsed / this.#done) * (all - this.#done))} left`;
  }
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}
