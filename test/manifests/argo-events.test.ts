import assert from "node:assert/strict";
import { RE2JS } from "re2js";
import { eventBus, eventSource, organizationEventSource, sensor } from "../../manifests/argo-events.ts";
import type { DataFilter } from "../../manifests/argo-events-types.ts";
import type { BuildTriggersPlan } from "../../model/build-plan.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";

const HASH = "0123456789abcdef";

function triggers(services: Record<string, object>, keys: Record<string, string> = {}): BuildTriggersPlan {
  const found = planOf(catalogueText(services), stackText(keys)).platform?.buildTriggers;
  assert.ok(found);
  return found;
}

function onlyGroup(more: object = {}, name = "nginx") {
  const [group] = triggers({ [name]: service(name, more) }).groups;
  assert.ok(group);
  return group;
}

function filtersOf(more: object = {}): readonly DataFilter[] {
  const filters = sensor(onlyGroup(more), false).spec.dependencies[0]?.filters.data;
  assert.ok(filters);
  return filters;
}

/** Whether a filter's expression finds something in a text, as Argo Events looks for it: anywhere. */
function finds(path: string, text: string, more: object = {}): boolean {
  const filter = filtersOf(more).find((one) => one.path === path);
  assert.ok(filter, path);
  return filter.value.some((expression) => RE2JS.compile(expression).matcher(text).find());
}

describe("the EventBus", () => {
  it("takes larger messages than an EventSource lets in, and keeps them where the stack says so", () => {
    const webhooks =
      '{ url: "https://hooks.acme.example", eventBus: { storage: { size: 5Gi, class: fast } } }';
    assert.deepEqual(eventBus(triggers({ nginx: service("nginx") }, { webhooks })).spec, {
      jetstream: {
        version: "2.10.29",
        replicas: 3,
        maxPayload: "8MB",
        persistence: { accessMode: "ReadWriteOnce", volumeSize: "5Gi", storageClassName: "fast" },
      },
    });
  });
});

describe("an EventSource", () => {
  it("gives each service an endpoint and a secret of its own, and has no token of GitHub's", () => {
    const group = onlyGroup();
    assert.deepEqual(eventSource(group, "", HASH).spec.github, {
      nginx: {
        repositories: [{ owner: "acme", names: ["nginx"] }],
        webhook: { endpoint: "/github-31/nginx", port: "12000", method: "POST", maxPayloadSize: 5_000_000 },
        events: ["push"],
        webhookSecret: { name: "github-31", key: "nginx" },
        contentType: "json",
        active: true,
        insecure: false,
      },
    });
    assert.doesNotMatch(JSON.stringify(eventSource(group, "", HASH)), /apiToken|githubApp/);
  });

  it("listens where the hook's address leads, whatever path that begins with", () => {
    const webhooks = '{ url: "https://acme.example/hooks/x" }';
    const plan = planOf(catalogueText({ nginx: service("nginx") }), stackText({ webhooks }));
    const { buildTriggers } = plan.platform ?? {};
    const [group] = buildTriggers?.groups ?? [];
    assert.ok(group && buildTriggers);
    const event = eventSource(group, buildTriggers.path, HASH).spec.github.nginx;
    assert.equal(`https://acme.example${event?.webhook.endpoint}`, plan.services[0]?.webhook?.url);
  });

  it("rolls its pods when the secrets change, which they read once", () => {
    const annotation = (hash: string) =>
      eventSource(onlyGroup(), "", hash).spec.template.metadata?.annotations;
    assert.deepEqual(annotation(HASH), { "kargo-fleet/secrets": HASH });
    assert.notDeepEqual(annotation("other"), annotation(HASH));
  });

  it("of an organization is one, for all repositories", () => {
    const { github } = organizationEventSource("acme", "/x", HASH).spec;
    assert.deepEqual(Object.keys(github), ["github-organization"]);
    assert.deepEqual(github["github-organization"]?.webhook.endpoint, "/x/github-organization");
    assert.ok("organizations" in (github["github-organization"] ?? {}));
  });
});

describe("a Sensor's filters", () => {
  it("take the header push and no other event", () => {
    const path = "headers.X-Github-Event.0";
    assert.ok(finds(path, "push"));
    for (const other of ["ping", "push_protection", "xpush", "pull_request", "PUSH"])
      assert.ok(!finds(path, other), other);
  });

  it("take the service's repository, in any case as GitHub does, and none with a prefix, a suffix or another letter for a dot", () => {
    const path = "body.repository.full_name";
    const more = { repository: "acme/web.site" };
    assert.ok(finds(path, "acme/web.site", more));
    assert.ok(finds(path, "Acme/Web.Site", more));
    for (const other of ["acme/web.site-extra", "xacme/web.site", "acme/webxsite", "other/acme/web.site"])
      assert.ok(!finds(path, other, more), other);
  });

  it("take the service's branch, and neither a tag of its name nor a branch below, beside or around it", () => {
    const path = "body.ref";
    const more = { build: { branch: "release/1.x" } };
    assert.ok(finds(path, "refs/heads/release/1.x", more));
    for (const other of [
      "refs/tags/release/1.x",
      "refs/heads/release/1.x/y",
      "refs/heads/release/1zx",
      "refs/heads/refs/heads/release/1.x",
      "refs/heads/main",
    ])
      assert.ok(!finds(path, other, more), other);
  });

  it("take a commit and a time in their forms alone: what passes into a Workflow is expanded there", () => {
    assert.ok(finds("body.after", "0123456789abcdef0123456789abcdef01234567"));
    for (const other of ["{{workflow.name}}", `${"0".repeat(40)}{{=1}}`, "0".repeat(39), "G".repeat(40), ""])
      assert.ok(!finds("body.after", other), other);
    assert.ok(finds("body.repository.pushed_at", "1764072000"));
    for (const other of ["{{=1}}", "1764072000{{=1}}", "1.7e9", "-1", "", "2026-11-25T12:00:00Z"])
      assert.ok(!finds("body.repository.pushed_at", other), other);
  });

  it("take no deletion of a branch", () => {
    assert.ok(filtersOf().some((one) => one.path === "body.deleted" && one.value.join() === "false"));
  });

  it("of a monorepo take changes below its folders alone, and a push that does not say what changed", () => {
    const path = "[body.commits.#.added,body.commits.#.modified,body.commits.#.removed]";
    const more = { build: { context: "services/api" } };
    const changed = (...files: string[]) => JSON.stringify([[files], [[]], [[]]]);
    assert.ok(finds(path, changed("README.md", "services/api/main.go"), more));
    assert.ok(finds(path, JSON.stringify([[["README.md"]], [["services/api/x"]], [[]]]), more));
    assert.ok(finds(path, "[[],[],[]]", more));
    for (const other of ["services/api-gw/main.go", "other/services/api/x", 'x","services/api/y'])
      assert.ok(!finds(path, changed(other), more), other);
    assert.ok(!filtersOf().some((one) => one.path === path), "a whole repository needs none");
  });

  it("take changes of a file in the root that is named, and everything where the root itself is", () => {
    const path = "[body.commits.#.added,body.commits.#.modified,body.commits.#.removed]";
    const changed = (file: string) => JSON.stringify([[[file]], [[]], [[]]]);
    const more = { build: { paths: ["services/api", "package.json"] } };
    assert.ok(finds(path, changed("package.json"), more));
    for (const other of ["package.json5", "x/package.json", "packageXjson"])
      assert.ok(!finds(path, changed(other), more), other);
    assert.ok(!filtersOf({ build: { paths: ["."] } }).some((one) => one.path === path));
  });
});

describe("a Sensor", () => {
  const [dependency] = sensor(onlyGroup(), false).spec.dependencies;
  const [trigger] = sensor(onlyGroup(), false).spec.triggers;

  it("names dependencies so that any service's name is one in an expression", () => {
    for (const name of ["nginx", "3scale", "in", "not", "len"]) {
      const { dependencies, triggers: all } = sensor(onlyGroup({}, name), false).spec;
      assert.equal(dependencies[0]?.name, `push-${name}`);
      assert.equal(all[0]?.template.conditions, `push-${name}`);
      assert.equal(dependencies[0]?.eventName, name);
    }
  });

  it("listens to its own group, or to the organization's one EventSource", () => {
    assert.deepEqual([dependency?.eventSourceName, dependency?.eventName], ["github-31", "nginx"]);
    const [shared] = sensor(onlyGroup(), true).spec.dependencies;
    assert.deepEqual(
      [shared?.eventSourceName, shared?.eventName],
      ["github-organization", "github-organization"],
    );
  });

  it("retries in bare numbers, loses no push to one refused create, and queues what is too fast", () => {
    assert.deepEqual(trigger?.retryStrategy, { steps: 5, duration: "2s", factor: 2, jitter: 0.1 });
    assert.equal(trigger?.atLeastOnce, true);
    assert.deepEqual(trigger?.rateLimit, { unit: "Minute", requestsPerUnit: 30 });
  });

  it("is two replicas that choose a leader by Kubernetes' leases, said at creation", () => {
    const { metadata, spec } = sensor(onlyGroup(), false);
    assert.equal(spec.replicas, 2);
    assert.deepEqual(metadata.annotations, { "events.argoproj.io/leader-election": "k8s" });
  });

  it("passes the commit and the time of the push into the Workflow, and names it by both: nothing else of the payload", () => {
    const { k8s } = trigger?.template ?? {};
    assert.ok(k8s);
    const { parameters } = k8s.source.resource.spec.arguments;
    assert.deepEqual(
      k8s.parameters.map(({ src, dest }) => ["dataKey" in src ? src.dataKey : src.dataTemplate, dest]),
      [
        ["body.after", "spec.arguments.parameters.0.value"],
        ["body.repository.pushed_at", "spec.arguments.parameters.1.value"],
        ["{{ substr 0 12 .Input.body.after }}", "metadata.name"],
      ],
    );
    assert.deepEqual(parameters, [
      { name: "commit", value: "" },
      { name: "pushed-at", value: "" },
      { name: "service", value: "nginx" },
      { name: "repository", value: "acme/nginx" },
      { name: "image", value: "registry.example/nginx" },
    ]);
    assert.equal(k8s.source.resource.metadata.namespace, "builds-edge");
  });
});
