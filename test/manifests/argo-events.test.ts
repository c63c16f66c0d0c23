import assert from "node:assert/strict";
import { eventBus, eventSource, organizationEventSource } from "../../manifests/argo-events.ts";
import { sensor } from "../../manifests/build-sensor.ts";
import { service, servicePlan, triggersPlan } from "../sources.ts";

const HASH = "0123456789abcdef";

function onlyGroup(more: object = {}, name = "nginx") {
  const [group] = triggersPlan({}, { [name]: service(name, more) }).groups;
  assert.ok(group);
  return group;
}

describe("the EventBus", () => {
  it("accepts larger messages than an EventSource, and stores them if the stack has a volume", () => {
    const webhooks =
      '{ url: "https://hooks.acme.example", eventBus: { storage: { size: 5Gi, class: fast } } }';
    assert.deepEqual(eventBus(triggersPlan({ webhooks })).spec, {
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
  it("gives each service its own endpoint and secret, and has no GitHub token", () => {
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

  it("listens at the path of the hook's address, whatever its prefix", () => {
    const webhooks = '{ url: "https://acme.example/hooks/x" }';
    const { groups, path } = triggersPlan({ webhooks });
    const [group] = groups;
    assert.ok(group);
    const event = eventSource(group, path, HASH).spec.github.nginx;
    assert.equal(
      `https://acme.example${event?.webhook.endpoint}`,
      servicePlan({}, { webhooks }).webhook?.url,
    );
  });

  it("restarts its pods when the secrets change, because they read them once", () => {
    const annotation = (hash: string) =>
      eventSource(onlyGroup(), "", hash).spec.template.metadata?.annotations;
    assert.deepEqual(annotation(HASH), { "kargo-fleet/secrets": HASH });
    assert.notDeepEqual(annotation("other"), annotation(HASH));
  });

  it("of an organization is one for all repositories", () => {
    const { github } = organizationEventSource("acme", "/x", HASH).spec;
    assert.deepEqual(Object.keys(github), ["github-organization"]);
    assert.deepEqual(github["github-organization"]?.webhook.endpoint, "/x/github-organization");
    assert.ok("organizations" in (github["github-organization"] ?? {}));
  });
});

describe("a Sensor", () => {
  const [dependency] = sensor(onlyGroup(), false).spec.dependencies;
  const [trigger] = sensor(onlyGroup(), false).spec.triggers;

  it("names dependencies so that any service's name is valid in an expression", () => {
    for (const name of ["nginx", "3scale", "in", "not", "len"]) {
      const { dependencies, triggers: all } = sensor(onlyGroup({}, name), false).spec;
      assert.equal(dependencies[0]?.name, `push-${name}`);
      assert.equal(all[0]?.template.conditions, `push-${name}`);
      assert.equal(dependencies[0]?.eventName, name);
    }
  });

  it("listens to its own group, or to the organization's EventSource", () => {
    assert.deepEqual([dependency?.eventSourceName, dependency?.eventName], ["github-31", "nginx"]);
    const [shared] = sensor(onlyGroup(), true).spec.dependencies;
    assert.deepEqual(
      [shared?.eventSourceName, shared?.eventName],
      ["github-organization", "github-organization"],
    );
  });

  it("retries with bare numbers, survives a refused create, and queues fast pushes", () => {
    assert.deepEqual(trigger?.retryStrategy, { steps: 4, duration: "1s", factor: 2, jitter: 0.1 });
    assert.equal(trigger?.atLeastOnce, true);
    assert.deepEqual(trigger?.rateLimit, { unit: "Minute", requestsPerUnit: 30 });
  });

  it("has two replicas that elect a leader by Kubernetes leases, set at creation", () => {
    const { metadata, spec } = sensor(onlyGroup(), false);
    assert.equal(spec.replicas, 2);
    assert.deepEqual(metadata.annotations, { "events.argoproj.io/leader-election": "k8s" });
  });

  it("passes only the commit and the time of the push into the Workflow, and names it by the commit", () => {
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
