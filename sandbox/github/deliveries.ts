import { attempt, type DeliveryRequest, deliveryRequest, type Outcome, placeOf } from "./delivery-attempt.ts";
import type { Scope } from "./hook-scopes.ts";
import { isoSeconds } from "./objects.ts";
import type { StoredHook } from "./state.ts";

/** Something that happened, as every hook is told of it. */
export interface HookEvent {
  readonly name: "ping" | "push";
  /** The same for all deliveries of the event. */
  readonly guid: string;
  /** The payload as JSON: the bytes are kept, so that a redelivery is the same to the last of them. */
  readonly body: string;
  readonly repositoryId: number | null;
}

/** A hook, and whose it is. */
export interface Target {
  readonly hook: StoredHook;
  readonly scope: Scope;
}

/** One attempt to tell one hook of one event. */
export interface Delivery extends Outcome {
  readonly id: bigint;
  readonly event: HookEvent;
  readonly deliveredAt: string;
  readonly redelivery: boolean;
  readonly url: string;
  readonly request: DeliveryRequest;
}

/** How deliveries are made. */
export interface DeliveryOptions {
  /** The origin that all of them go to, the path of each hook kept. Without it only loopback addresses are called. */
  readonly deliverTo?: string | undefined;
  /** In milliseconds; GitHub's own are 10 s. */
  readonly timeout: number;
  /** Takes one line on what is not delivered. */
  readonly log: (line: string) => void;
  /** Aborted when the server stops. */
  readonly ending: AbortSignal;
}

/** So many of each hook are kept, the newest. */
const KEPT = 200;
/** GitHub delivers no payload that is larger. @see https://docs.github.com/webhooks/webhook-events-and-payloads */
const PAYLOAD_LIMIT = 25 * 1024 * 1024;

/** The deliveries of all hooks, for the running time. Each is tried once: GitHub does not try again by itself. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #ofHook = new Map<number, Delivery[]>();
  readonly #underway = new Set<Promise<void>>();
  // Ids only grow, over a restart too, and are as large as GitHub's. They are odd: no number is, of that size, so that
  // a client which takes them for numbers asks for what is not there.
  #lastId = BigInt(Date.now()) * 2_000_000n + 1n;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Tells hooks of an event, all at once; returns before any has answered. */
  send(event: HookEvent, targets: readonly Target[]): void {
    if (Buffer.byteLength(event.body) > PAYLOAD_LIMIT) {
      this.#options.log(`A ${event.name} event of more than 25 MB is not delivered, as at GitHub.`);
      return;
    }
    for (const target of targets) this.#start(target, event, false);
  }

  /** Tells a hook once more of what a delivery told it, in the same bytes. */
  redeliver({ event }: Delivery, target: Target): void {
    this.#start(target, event, true);
  }

  /** Those of a hook that have ended, newest first. */
  of(hook: number): readonly Delivery[] {
    return this.#ofHook.get(hook) ?? [];
  }

  /** The newest of a hook. */
  last(hook: number): Delivery | undefined {
    return this.of(hook)[0];
  }

  /** Drops those of a hook that is gone. */
  forget(hook: number): void {
    this.#ofHook.delete(hook);
  }

  /** Does something that leads to deliveries beside everything else; what fails is logged as `what`. */
  follow(what: string, task: () => Promise<void>): void {
    const { ending, log } = this.#options;
    const running = task().catch((error: unknown) => {
      if (!ending.aborted) log(`The local GitHub failed at ${what}: ${String(error)}`);
    });
    this.#underway.add(running);
    void running.then(() => this.#underway.delete(running));
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  #takeId(): bigint {
    this.#lastId += 2n;
    return this.#lastId;
  }

  #start(target: Target, event: HookEvent, redelivery: boolean): void {
    this.follow(`delivery to hook ${target.hook.id}`, async () => {
      const { hook } = target;
      const request = deliveryRequest(target, event);
      const deliveredAt = isoSeconds(new Date());
      const outcome = await attempt(placeOf(hook, this.#options.deliverTo), hook, request, this.#options);
      if (this.#options.ending.aborted) return;
      const delivery = {
        ...outcome,
        id: this.#takeId(),
        event,
        deliveredAt,
        redelivery,
        url: hook.url,
        request,
      };
      this.#ofHook.set(hook.id, [delivery, ...this.of(hook.id)].slice(0, KEPT));
    });
  }
}
