import { Hono } from "hono";
import { z } from "zod";
import { bodyOf } from "./answers.ts";
import { authentication, requireToken, type Tokens } from "./authentication.ts";
import type { Env, Routes } from "./backend.ts";
import { type Faults, faultSchema } from "./faults.ts";
import { limitsSchema, type RateLimits } from "./limits.ts";
import type { RequestLog } from "./request-log.ts";

const body = z.strictObject({
  faults: z.array(faultSchema).default([]),
  limits: limitsSchema.optional(),
});

/** `/_sandbox`: what a test in another process turns on and looks at. It takes the same token as the API. */
export function admin(tokens: Tokens, faults: Faults, limits: RateLimits, log: RequestLog): Routes {
  const routes = new Hono<Env>();
  routes.use("/_sandbox/*", authentication({ token: tokens.token }), async (c, next) => {
    requireToken(c);
    await next();
  });
  routes.get("/_sandbox/requests", (c) => c.json(log.list()));
  routes.get("/_sandbox/faults", (c) => c.json({ faults: faults.list(), limits: limits.enforced() }));
  routes.post("/_sandbox/faults", async (c) => {
    const given = await bodyOf(c, body);
    for (const fault of given.faults) faults.add(fault);
    if (given.limits !== undefined) limits.set(given.limits);
    return c.json({ faults: faults.list(), limits: limits.enforced() });
  });
  routes.delete("/_sandbox/faults", (c) => {
    faults.clear();
    limits.set({});
    return c.body(null, 204);
  });
  return routes;
}
