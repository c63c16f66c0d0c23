import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, openCluster } from "../../fleet/cluster.ts";
import { eventWatch, windowCalendar } from "../../manifests/notification-sources.ts";
import { everyObject } from "../every-object.ts";
import { catalogueOf, planOf, stackText } from "../sources.ts";
import { administrator, unbound } from "./access-world.ts";
import { changesNothing, succeeds } from "./commands.ts";
import { everythingOf } from "./expected-objects.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { dry, post } from "./requests.ts";
import { CHANGES, hidden, type OpenObject, type Spec, slack } from "./sensor-attacks.ts";

const NOTIFICATIONS =
  '{ kargo: "https://kargo.acme.example", argoCd: "https://argocd.acme.example", groups: 1, slack: { existingSecret: slack-app }, webhooks: { pager: { url: "https://pager.acme.example", existingSecret: pager }, edge: { format: teams, existingSecret: edge-teams } } }';
const COMMIT_STATUS = "{ existingSecret: github-status }";
const ON = { notifications: NOTIFICATIONS, commitStatus: COMMIT_STATUS };
const TEAMS = {
  edge: { group: "AD-Edge", notify: { slack: "edge-releases", webhooks: ["edge"] } },
  identity: {
    group: "AD-Identity",
    approvers: "AD-Identity-Release",
    notify: { webhooks: ["pager"] },
  },
};
const CATALOGUE = catalogueOf({ nginx: {}, auth: { team: "identity" } }, TEAMS);
const EVENTS = "/apis/argoproj.io/v1alpha1/namespaces/kargo-fleet-events";

describe("messages and commit statuses of a stack", () => {
  let stack: FleetStack;
  let admin: Cluster;
  let deployer: Cluster;
  const configure = (keys: Readonly<Record<string, string>>) => stack.writeConfig(keys, TEAMS);
  const planned = planOf(
    CATALOGUE,
    stackText({
      ...ON,
      webhooks: '{ url: "https://hooks.acme.example", groups: 2 }',
      credentials: "{ git: { username: kargo }, image: { username: reader } }",
      gitPassword: "{ secure: v1:abc }",
      imagePassword: "{ secure: v1:abc }",
    }),
  );
  const sensor = JSON.parse(
    JSON.stringify(
      everyObject(planned).find(({ kind, metadata }) => kind === "Sensor" && metadata.name === "notify-00"),
    ),
  ) as OpenObject;

  before(async () => {
    stack = await openFleetStack(["nginx", "auth"], { catalogue: CATALOGUE });
    await configure({});
    admin = await administrator(stack);
    deployer = await openCluster({ kubeconfig: stack.kubeconfig, context: "sandbox" });
  });
  after(async () => {
    admin?.close();
    deployer?.close();
    await stack?.close();
  });

  it("are off by default, whatever teams say", async () => {
    await succeeds(stack.up());
    assert.deepEqual(
      (await stack.objects()).filter((name) => /notify|event-watch|messenger/.test(name)),
      [],
    );
  });

  it("are taken by the API server from the deployer under the guards, and a second up is empty", async () => {
    await configure(ON);
    await succeeds(stack.up());
    assert.deepEqual(await stack.objects(), everythingOf(planned));
    await changesNothing(stack.up());
  });

  it("make the shared task report the Stage that a commit reached", async () => {
    const task = await stack.get<{ spec: { steps: readonly { as: string }[] } }>(
      "clusterpromotiontask",
      "kargo-fleet-promote-v1",
    );
    assert.deepEqual(
      task.spec.steps.slice(-2).map(({ as }) => as),
      ["find-commit", "report-stage"],
    );
  });

  it("leave no credential in the state", async () => {
    const state = await stack.state();
    assert.match(state, /notify-00/);
    assert.doesNotMatch(state, /xoxb|sig=/);
  });

  describe("let the deployer", () => {
    before(async () => {
      await configure(ON);
      // A busy API server takes a changed policy in late.
      for (let tries = 0; tries < 60 && (await attack((spec) => spec)).status === 403; tries += 1)
        await pause(500);
    });

    const attack = async (change: (spec: Spec) => object) => {
      const body = {
        ...sensor,
        metadata: { ...sensor.metadata, name: "notify-07" },
        spec: change(sensor.spec),
      };
      return admin.send(dry(post(`${EVENTS}/sensors`, body, unbound("kargo-fleet-deployer"))));
    };
    it("work under a guard that passes the API server's type check without a warning", async () => {
      const policy = () =>
        stack.get<{
          metadata: { generation: number };
          status?: { observedGeneration?: number; typeChecking?: object };
        }>("validatingadmissionpolicy", "kargo-fleet-deployer");
      let { metadata, status } = await policy();
      for (let tries = 0; tries < 60 && status?.observedGeneration !== metadata.generation; tries += 1) {
        await pause(500);
        ({ metadata, status } = await policy());
      }
      assert.deepEqual([status?.observedGeneration, status?.typeChecking], [metadata.generation, {}]);
    });

    it("make a Sensor that sends the program's messages", async () => {
      for (const same of [(spec: Spec) => spec, slack({}), hidden({})]) {
        const { status, body } = await attack(same);
        assert.equal(status, 201, JSON.stringify(body));
      }
    });

    for (const [what, change] of Object.entries(CHANGES))
      it(`not ${what}`, async () => {
        const { status, body } = await attack(change);
        assert.equal(status, 403, JSON.stringify(body));
        assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-deployer'/);
      });

    const watching = async (source: object) => {
      const { status, body } = await admin.send(
        dry(post(`${EVENTS}/eventsources`, source, unbound("kargo-fleet-deployer"))),
      );
      // The guard comes first; the name may be taken then.
      return { allowed: status === 201 || status === 409, status, text: JSON.stringify(body) };
    };
    const calendar = windowCalendar([
      { name: "weekdays", cron: "0 8 * * 1-5", zone: "Europe/Berlin", stages: ["prod"] },
    ]);

    it("watch Kargo's Events, and know when windows open", async () => {
      for (const source of [eventWatch(), calendar]) {
        const { allowed, text } = await watching(source);
        assert.ok(allowed, text);
      }
    });

    it("not watch anything else", async () => {
      for (const [source, was, is] of [
        [eventWatch(), '"resource":"events"', '"resource":"secrets"'],
        [eventWatch(), '"^kargo-"', '""'],
        [eventWatch(), '"eventTypes":["ADD"]', '"eventTypes":["ADD","UPDATE"]'],
        [calendar, '"kargo-fleet-event-source"', '"kargo-fleet-event-watch"'],
        [calendar, '"timezone":"Europe/Berlin"', '"timezone":"UTC","persistence":{}'],
        [calendar, '"calendar":{', '"resource":{},"calendar":{'],
      ] as const) {
        const own = JSON.stringify(source);
        assert.ok(own.includes(was), was);
        const { status, text } = await watching(JSON.parse(own.replace(was, is)) as object);
        assert.equal(status, 403, `${was}: ${text}`);
      }
    });
  });

  describe("that a stack no longer wants", () => {
    it("are gone after one up, because nothing is lost with them", async () => {
      await configure({});
      await succeeds(stack.up());
      assert.deepEqual(
        (await stack.objects()).filter((name) => /notify|event-watch|messenger/.test(name)),
        [],
      );
    });
  });
});
