import assert from "node:assert/strict";
import { eventBus, eventSource, organizationEventSource, sensor } from "../../manifests/argo-events.ts";
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
    assert.deepEqual(trigger?.retryStrategy, { steps: 4, duration: "1s", factor: 2, jitter: 0.1 });
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
