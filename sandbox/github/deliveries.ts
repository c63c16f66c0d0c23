import { attempt, type DeliveryRequest, deliveryRequest, type Outcome, placeOf } from "./delivery-attempt.ts";
import type { Scope } from "./hook-scopes.ts";
import { isoSeconds } from "./objects.ts";
import type { StoredHook } from "./state.ts";

/** An event that is sent to every subscribed hook. */
export interface HookEvent {
  readonly name: "ping" | "push";
  /** All deliveries of the event have the same GUID. */
  readonly guid: string;
  /** The payload as JSON. The exact bytes are kept for redeliveries. */
  readonly body: string;
  readonly repositoryId: number | null;
}

/** A hook and its owner. */
export interface Target {
  readonly hook: StoredHook;
  readonly scope: Scope;
}

/** One attempt to deliver one event to one hook. */
export interface Delivery extends Outcome {
  readonly id: bigint;
  readonly event: HookEvent;
  readonly deliveredAt: string;
  readonly redelivery: boolean;
  readonly url: string;
  readonly request: DeliveryRequest;
}

/** How deliveries are made. */
interface DeliveryOptions {
  /**
   * Sends all deliveries to this origin and keeps each hook's path. Without it only loopback addresses are called.
   */
  readonly deliverTo?: string | undefined;
  /** The time limit in milliseconds; GitHub uses 10 s. */
  readonly timeout: number;
  /** Logs one line about each event that is not delivered. */
  readonly log: (line: string) => void;
  /** Aborts when the server stops. */
  readonly ending: AbortSignal;
}

/** The number of deliveries that are kept for each hook. */
const KEPT = 200;

/** The deliveries of all hooks, in memory. Each is tried once, since GitHub does not retry. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #ofHook = new Map<number, Delivery[]>();
  readonly #underway = new Set<Promise<void>>();
  // Ids grow, even after a restart, and are as large as GitHub's. They are odd, and a JavaScript number of that
  // size is always even. So a client that parses them as numbers asks for a missing id.
  #lastId = BigInt(Date.now()) * 2_000_000n + 1n;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Sends an event to all hooks in parallel, and returns at once. */
  send(event: HookEvent, targets: readonly Target[]): void {
    for (const target of targets) this.#start(target, event, false);
  }

  /** Sends the same bytes of a delivery again. */
  redeliver({ event }: Delivery, target: Target): void {
    this.#start(target, event, true);
  }

  /** The finished deliveries of a hook, newest first. */
  of(hook: number): readonly Delivery[] {
    return this.#ofHook.get(hook) ?? [];
  }

  /** Drops the deliveries of a deleted hook. */
  forget(hook: number): void {
    this.#ofHook.delete(hook);
  }

  /** Runs a task that leads to deliveries in the background. Logs a failure as `what`. */
  follow(what: string, task: () => Promise<void>): void {
    const { ending, log } = this.#options;
    const running = task().catch((error: unknown) => {
      if (!ending.aborted) log(`The local GitHub failed at ${what}: ${String(error)}`);
    });
    this.#underway.add(running);
    void running.then(() => this.#underway.delete(running));
  }

  /** Resolves when no delivery is pending. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  #start(target: Target, event: HookEvent, redelivery: boolean): void {
    this.follow(`delivery to hook ${target.hook.id}`, async () => {
      const { hook } = target;
      const request = deliveryRequest(target, event);
      const deliveredAt = isoSeconds(new Date());
      const outcome = await attempt(placeOf(hook, this.#options.deliverTo), hook, request, this.#options);
      if (this.#options.ending.aborted) return;
      this.#lastId += 2n;
      const about = { event, deliveredAt, redelivery, url: hook.url, request };
      const delivery = { ...outcome, ...about, id: this.#lastId };
      this.#ofHook.set(hook.id, [delivery, ...this.of(hook.id)].slice(0, KEPT));
    });
  }
}
