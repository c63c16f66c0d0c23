import { setTimeout as sleep } from "node:timers/promises";
import escapeRegExp from "escape-string-regexp";
import type { MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { GitHubError } from "./answers.ts";

const times = z.int().positive().optional();
const route = {
  /** A route without base path: `*` stands for one segment, `**` for any rest. */
  path: z.string().startsWith("/"),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
};
const branch = { repository: z.string(), branch: z.string().default("main") };

/** One fault, as the start options, {@link Faults.add} and the admin endpoint take it. */
export const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("error"),
    ...route,
    status: z.int().min(400).max(599),
    times,
    message: z.string().optional(),
    /** Do what was asked and lose the answer, as a gateway does that gives up too early. */
    applied: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal("delay"), ...route, milliseconds: z.int().min(0).max(600_000), times }),
  z.strictObject({ kind: z.literal("protected-branch"), ...branch }),
  z.strictObject({
    kind: z.literal("concurrent-push"),
    ...branch,
    /** The file that the other one changes. */
    path: z.string().default("pushed-by-someone-else.txt"),
    content: z.string().default("pushed in between\n"),
    times: z.int().positive().default(1),
  }),
]);

/** A fault to turn on. `times` counts down; without it the fault stays until {@link Faults.clear}. */
export type Fault = z.input<typeof faultSchema>;
/** A fault that is on; `times` is what is left of it. */
export type ActiveFault = z.output<typeof faultSchema>;

/** The commit that someone else pushes just before a call moves the branch. */
export type ConcurrentPush = Extract<ActiveFault, { kind: "concurrent-push" }>;

/** The faults that are on. */
export class Faults {
  #active: ActiveFault[] = [];

  constructor(faults: readonly Fault[] = []) {
    for (const fault of faults) this.add(fault);
  }

  /** Turns a fault on. */
  add(fault: Fault): void {
    this.#active = [...this.#active, faultSchema.parse(fault)];
  }

  /** Those that are on, oldest first. */
  list(): readonly ActiveFault[] {
    return this.#active;
  }

  /** Turns every fault off. */
  clear(): void {
    this.#active = [];
  }

  /** Whether direct writes to a branch are refused. */
  isProtected(repository: string, name: string): boolean {
    return this.protectedBranches(repository).includes(name);
  }

  /** The branches of a repository that only a pull request may change. */
  protectedBranches(repository: string): string[] {
    return this.#active
      .filter((fault) => fault.kind === "protected-branch" && sameRepository(fault.repository, repository))
      .map((fault) => ("branch" in fault ? fault.branch : ""));
  }

  /** The push to put in front of a write to a branch, if one is due; it is spent by asking. */
  takeConcurrentPush(repository: string, name: string): ConcurrentPush | undefined {
    const found = this.#active.find(
      (fault): fault is ConcurrentPush =>
        fault.kind === "concurrent-push" &&
        sameRepository(fault.repository, repository) &&
        fault.branch === name,
    );
    if (found !== undefined) this.#spend(found);
    return found;
  }

  /** Answers calls late or with an error, as the faults say. */
  middleware(): MiddlewareHandler {
    return async (c, next) => {
      const called = c.req.path;
      const delay = this.#takeRoute("delay", c.req.method, called);
      if (delay !== undefined) await sleep(delay.milliseconds);
      const error = this.#takeRoute("error", c.req.method, called);
      if (error === undefined || error.applied) await next();
      if (error !== undefined) c.res = failure(error.status, error.message);
    };
  }

  #takeRoute<Kind extends "error" | "delay">(
    kind: Kind,
    method: string,
    path: string,
  ): Extract<ActiveFault, { kind: Kind }> | undefined {
    const found = this.#active.find(
      (fault): fault is Extract<ActiveFault, { kind: Kind }> =>
        fault.kind === kind &&
        "path" in fault &&
        (!("method" in fault) || fault.method === undefined || fault.method === method) &&
        matches(fault.path, path),
    );
    if (found !== undefined) this.#spend(found);
    return found;
  }

  #spend(fault: ActiveFault): void {
    if (!("times" in fault) || fault.times === undefined) return;
    const left = fault.times - 1;
    const place = this.#active.indexOf(fault);
    this.#active = this.#active.toSpliced(place, 1, ...(left > 0 ? [{ ...fault, times: left }] : []));
  }
}

function failure(status: number, message = "Server Error"): Response {
  return new GitHubError(status as ContentfulStatusCode, message).response();
}

function matches(pattern: string, path: string): boolean {
  const source = escapeRegExp(pattern).replaceAll("\\*\\*", ".*").replaceAll("\\*", "[^/]*");
  return new RegExp(`^${source}$`, "s").test(path);
}

function sameRepository(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
