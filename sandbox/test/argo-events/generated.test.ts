import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { generated, secretOf } from "../../../test/argo-events-objects.ts";
import { EVENTS_NAMESPACE } from "../../deployer.ts";
import { argoEvents, type Evaluation, type Workflow } from "./ask.ts";
import { COMMIT, delivery, push } from "./fixtures.ts";

/** GitHub's example payloads by event. */
const EXAMPLES: readonly {
  readonly name: string;
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}[] = createRequire(import.meta.url)("@octokit/webhooks-examples/api.github.com/index.json");
const PUSHES = EXAMPLES.find(({ name }) => name === "push")?.examples ?? [];

const SCOPES = {
  "a hook for each service": { keys: {}, key: (service: string) => service },
  "one hook for the organization": {
    keys: { webhooks: '{ url: "https://hooks.acme.example", scope: organization }' },
    key: () => "github-organization",
  },
} as const;

/** Names with common prefixes, suffixes and dots, and names with a meaning in expressions. */
const SERVICES = {
  nginx: {},
  "nginx-extra": {},
  "3scale": {},
  in: {},
  docs: { repository: "acme/Docs.site" },
  old: { repository: "acme/old", build: { branch: "release/1.x" } },
  mono: { repository: "acme/mono", build: { context: "services/mono" } },
} as const;

/** The arguments of a Workflow by name. */
const argumentsOf = ({ spec }: Workflow) =>
  Object.fromEntries(spec.arguments?.parameters?.map(({ name, value }) => [name, value]) ?? []);

const created = ({ outcomes }: Evaluation) =>
  outcomes.flatMap(({ trigger, object }) => (object === undefined ? [] : [{ trigger, object }]));
const started = (evaluation: Evaluation) => created(evaluation).map(({ trigger }) => trigger);
const nothing = (evaluation: Evaluation, status = 200) =>
  assert.deepEqual([evaluation.status, started(evaluation)], [status, []]);
const pushTo = (repository: string, more: object = {}) =>
  push({ repository: { full_name: repository, pushed_at: 1732540800 }, ...more });

for (const [scope, { keys, key }] of Object.entries(SCOPES)) {
  describe(`the generated EventSources and Sensors, with ${scope}`, () => {
    const objects = generated(SERVICES, keys);
    const ask = argoEvents();
    const send = (
      service: string,
      payload: unknown,
      { event = "push", secret = secretOf(key(service)), to = service } = {},
    ) => {
      const path = objects.endpoints[key(to)] ?? "";
      const how = { path, secret, headers: { "X-GitHub-Event": event } };
      return ask(objects, delivery(payload, how));
    };

    it("are where the sandbox looks for them", () => {
      const all = [...objects.eventSources, ...objects.sensors] as readonly {
        metadata: { namespace: string };
      }[];
      assert.ok(all.length > 1);
      assert.deepEqual([...new Set(all.map(({ metadata }) => metadata.namespace))], [EVENTS_NAMESPACE]);
    });

    it("let no trigger wait for other events", async () => {
      for (const service of Object.keys(SERVICES)) {
        const { outcomes } = await send(service, pushTo("acme/none"));
        assert.ok(
          outcomes.some(({ trigger }) => trigger === service),
          service,
        );
        assert.deepEqual(
          outcomes.filter(({ result }) => result !== "filtered"),
          [],
        );
      }
    });

    it("start the right service's Workflow with the right commit", async () => {
      for (const service of Object.keys(SERVICES)) {
        const repository = service === "docs" ? "Acme/docs.Site" : `acme/${service}`;
        const ref = service === "old" ? "refs/heads/release/1.x" : "refs/heads/main";
        const commits = [{ added: ["services/mono/x"], modified: [], removed: [] }];
        const [workflow, ...more] = created(await send(service, pushTo(repository, { ref, commits })));
        assert.ok(workflow !== undefined && more.length === 0, service);
        assert.deepEqual([workflow.trigger, workflow.object.kind], [service, "Workflow"]);
        const { commit, "pushed-at": pushedAt } = argumentsOf(workflow.object);
        assert.deepEqual([commit, pushedAt], [COMMIT, "1732540800"]);
        const { metadata } = workflow.object;
        assert.equal(metadata.name, `${service}-${COMMIT.slice(0, 12)}`);
        assert.equal(metadata.namespace, "builds-edge");
      }
    });

    it("ignore tags, other branches and deleted branches", async () => {
      const heads = ["main2", "x/refs/heads/main", "Main", "main/x"].map((name) => `refs/heads/${name}`);
      for (const ref of ["refs/tags/main", ...heads, "main"])
        nothing(await send("nginx", pushTo("acme/nginx", { ref })));
      nothing(await send("nginx", pushTo("acme/nginx", { deleted: true, after: "0".repeat(40) })));
      nothing(await send("old", pushTo("acme/old", { ref: "refs/heads/release/12x" })));
    });

    it("ignore other repositories, even with a similar name", async () => {
      const others = ["nginx-x", "nginx/x", "nginx\n", "docsxsite"].map((name) => `acme/${name}`);
      for (const repository of ["x/acme/nginx", "evil/nginx", ...others]) {
        nothing(await send("nginx", pushTo(repository)));
        nothing(await send("docs", pushTo(repository)));
      }
    });

    it("ignore a push with an invalid commit or time", async () => {
      for (const after of [
        "{{=1+1}}",
        COMMIT.toUpperCase(),
        `${COMMIT}{{=1}}`,
        COMMIT.slice(1),
        "",
        `${COMMIT}\n`,
        `x${COMMIT}`,
        7,
        null,
        [COMMIT],
      ]) {
        nothing(await send("nginx", pushTo("acme/nginx", { after })));
      }
      for (const pushed_at of [
        "{{=1+1}}",
        "2024-11-25T13:20:00Z",
        "1732540800{{=1}}",
        "",
        -1,
        1.5,
        1e21,
        null,
        [1732540800],
        true,
      ]) {
        nothing(await send("nginx", push({ repository: { full_name: "acme/nginx", pushed_at } })));
      }
      nothing(await send("nginx", push({ repository: { full_name: "acme/nginx" } })));
    });

    it("start a Workflow for exactly those GitHub example payloads that are pushes to the branch of this repository", async () => {
      const hello = { hello: { repository: "Codertocat/Hello-World", build: { branch: "master" } } };
      const own = generated(hello, { ...keys, github: "{ owner: Codertocat }" });
      const how = { path: own.endpoints[key("hello")] ?? "", secret: secretOf(key("hello")) };
      let count = 0;
      for (const example of PUSHES) {
        nothing(await send("nginx", example));
        const evaluation = await ask(own, delivery(example, how));
        const { ref, deleted, after, repository } = example;
        const wanted = ref === "refs/heads/master" && deleted === false;
        assert.deepEqual(started(evaluation), wanted ? ["hello"] : []);
        for (const { object } of created(evaluation)) {
          const { commit, "pushed-at": pushedAt } = argumentsOf(object);
          assert.deepEqual(
            [commit, pushedAt],
            [after, String((repository as { pushed_at: number }).pushed_at)],
          );
          count++;
        }
      }
      assert.deepEqual([PUSHES.length, count], [7, 2]);
    });

    it("ignore all other GitHub events, including pull requests of forks", async () => {
      const others = EXAMPLES.filter(({ name }) => name !== "push");
      assert.ok(others.length > 50 && others.some(({ name }) => name === "pull_request"));
      for (const { name, examples } of others) {
        for (const example of examples) {
          // The event differs from a push as little as possible.
          const near = { ...example, ref: "refs/heads/main", after: COMMIT, deleted: false };
          const repository = {
            ...(example.repository as object),
            full_name: "acme/nginx",
            pushed_at: 1732540800,
          };
          nothing(await send("nginx", { ...near, repository }, { event: name }));
        }
      }
    });

    it("pass only the commit and the time on, whatever branches, authors and messages contain", async () => {
      const texts = [
        "{{=sprig.env('HOME')}}",
        "{{workflow.uid}}",
        "$(id)",
        "`id`",
        "';id;#",
        '"}]}',
        "\n- x: y",
      ];
      const hostile = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...texts));
      const [benign] = created(await send("nginx", pushTo("acme/nginx")));
      assert.ok(benign);
      await fc.assert(
        fc.asyncProperty(hostile, hostile, hostile, async (name, message, file) => {
          const person = { name, email: message, login: name };
          const commit = { message, author: person, added: [file], modified: [name], removed: [message] };
          const more = {
            head_commit: commit,
            commits: [commit],
            pusher: person,
            sender: person,
            compare: name,
          };
          const payload = { [name]: message, ...pushTo("acme/nginx", more) };
          assert.deepEqual(created(await send("nginx", payload)), [benign]);
          nothing(await send("nginx", { ...payload, ref: `refs/heads/${name === "main" ? "x" : name}` }));
        }),
      );
    });

    it("reject a wrong or missing signature", async () => {
      nothing(await send("nginx", pushTo("acme/nginx"), { secret: "guessed" }), 400);
      const path = objects.endpoints[key("nginx")] ?? "";
      const headers = { "X-Hub-Signature-256": null };
      nothing(await ask(objects, delivery(pushTo("acme/nginx"), { path, headers })), 400);
    });

    if (scope === "a hook for each service") {
      it("reject a delivery that is replayed to another service's endpoint", async () => {
        nothing(await send("nginx", pushTo("acme/nginx"), { to: "nginx-extra" }), 400);
      });

      it("reject a push of another repository that one service's secret signs", async () => {
        nothing(await send("nginx-extra", pushTo("acme/nginx")));
      });
    }

    it("build a folder of a repository if it changed, or if GitHub does not list the changes", async () => {
      const change = (...modified: string[]) => [
        { added: [], modified: [], removed: [] },
        { added: [], modified, removed: [] },
      ];
      const inside = ["Dockerfile", "a/b", '"', "ü<&>"].map((file) => `services/mono/${file}`);
      const outside = ["x/", 'x","', '["'].map((start) => `${start}services/mono/x`);
      const commits = (list: object[]) => send("mono", pushTo("acme/mono", { commits: list }));
      for (const file of inside) assert.deepEqual(started(await commits(change("a", file))), ["mono"], file);
      for (const file of ["services/monolith/x", ...outside]) nothing(await commits(change("a", file)));
      nothing(await commits(change()));
      assert.deepEqual(started(await commits([])), ["mono"]);
    });
  });
}
