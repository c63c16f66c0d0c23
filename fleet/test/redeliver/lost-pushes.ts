import { setTimeout as sleep } from "node:timers/promises";
import type { Access } from "../../../git-host/github/api/client.ts";
import type { UsedUp } from "../../../git-host/github/api/retries.ts";
import { at, playground, token } from "../../../test/github-playground.ts";
import { hookListener } from "../../../test/hook-listener.ts";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import { FleetError } from "../../fleet-error.ts";
import { hookTargets } from "../../redeliver/hook-targets.ts";
import { hooksApi } from "../../redeliver/hooks-api.ts";
import { redeliver } from "../../redeliver/redeliver.ts";
import { exitCodeOf } from "../../redeliver/report.ts";

const services = (...names: string[]) =>
  catalogueText(Object.fromEntries(names.map((name) => [name, service(name)])));
/** The services of the tests. */
export const CATALOGUE = services("nginx", "public");
/** The value of `--since` in the tests. */
export const hourAgo = () => new Date(Date.now() - 3_600_000);
/** A stack with one hook for its organization. */
export const ORGANIZATION = stackText({
  webhooks: '{ url: "https://hooks.acme.example", scope: organization }',
});

/**
 * Sets up, for the tests of the surrounding `describe`, a local GitHub with a hook for each service and a listener that can fail.
 * @returns functions that lose pushes, run the command, and return the deliveries and requests
 */
export function lostPushes() {
  const listener = hookListener();
  /** The offset of the clock for GitHub's limits, in milliseconds. */
  let ahead = 0;
  const server = playground({
    now: () => Date.now() + ahead,
    deliveryTimeout: 500,
    get deliverTo() {
      return listener().origin;
    },
  });

  const settled = async () => await server().github.deliveriesSettled();
  const pathOf = (name: string, catalogue = CATALOGUE) => {
    const found = planOf(catalogue).services.find((each) => each.name === name);
    return new URL(found?.webhook?.url ?? "").pathname;
  };
  const addHook = async (name: string, events = ["push"]) => {
    const url = `https://hooks.acme.example${pathOf(name)}`;
    const config = { url, content_type: "json", secret: `secret of ${name}` };
    const answer = await server().call("POST", `/repos/acme/${name}/hooks`, { events, config });
    await settled();
    return Number(at(answer, "id"));
  };
  const push = async (name: string) => {
    await server().commit(`acme/${name}`, crypto.randomUUID());
    await settled();
  };
  /** Makes pushes whose deliveries fail. */
  const lose = async (...names: string[]) => {
    listener().answer(() => 503);
    for (const name of names) await push(name);
    listener().answer(() => 200);
  };
  const heard = () => listener().events("push");
  const asked = () =>
    server()
      .github.requests()
      .filter(({ method, path }) => method === "POST" && path.endsWith("/attempts"));

  const addOrganizationHook = async () => {
    const url = planOf(CATALOGUE, ORGANIZATION).platform?.buildTriggers?.organizationHook?.url;
    const config = { url, content_type: "json", secret: "secret of all" };
    await server().call("POST", "/orgs/acme/hooks", { events: ["push"], config });
    await settled();
  };

  /** Runs the command without real waiting, and returns the waits and messages. */
  const run = async ({
    plan = planOf(CATALOGUE),
    names = ["nginx", "public"],
    since = hourAgo(),
    dryRun = false,
    auth = token,
    second = 1,
  } = {}) => {
    const lines: string[] = [];
    const pause = async (milliseconds: number) => {
      ahead += milliseconds;
      await sleep(Math.min(milliseconds / 20, 250));
    };
    const chosen = plan.services.filter(({ name }) => names.includes(name));
    const access: Access = {
      auth,
      environment: { GITHUB_BASE_URL: server().github.baseUrl },
      second,
      report: (line) => {
        lines.push(line);
        ahead += 1000 * Number(/going on in (\d+) s/.exec(line)?.[1] ?? 0);
      },
      longestWait: 120,
      giveUp: ({ minutes }: UsedUp) => new FleetError(`used up for ${minutes} min`),
    };
    const api = hooksApi(plan.github.url, access);
    const tell = (text: string) => lines.push(text);
    const targets = hookTargets(plan, chosen);
    const redelivery = await redeliver(targets, { since, dryRun }, { api, pause, tell });
    const outcomes = redelivery.pushes.map(({ services: [name], outcome }) => `${name} ${outcome}`);
    return { ...redelivery, outcomes, code: exitCodeOf(redelivery), lines };
  };

  beforeEach(async () => {
    await addHook("nginx");
    await addHook("public");
  });
  return { server, listener, settled, push, lose, heard, asked, addOrganizationHook, run };
}
