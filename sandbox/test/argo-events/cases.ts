import type { ClusterObjects } from "../../../test/argo-events-objects.ts";
import type { Delivery } from "./ask.ts";
import {
  type Changes,
  COMMIT,
  cluster,
  type DeliveryChanges,
  delivery,
  FILTERS,
  OTHER_SECRET,
  PARAMETERS,
  push,
  SECRET,
  signature,
} from "./fixtures.ts";

/** Objects and a delivery for Argo Events. */
export interface Case {
  readonly name: string;
  readonly objects: ClusterObjects;
  readonly delivery: Delivery;
}

const one = (
  name: string,
  changes: Changes = {},
  payload: unknown = push(),
  how: DeliveryChanges = {},
): Case => ({ name, objects: cluster(changes), delivery: delivery(payload, how) });

/** The values of `body.v` in the payloads; only the filter under test is active. */
const VALUES: readonly string[] = [
  ..."true false null 0 1 -1 1.5 1.50 1732540800 1e21 1.2345e25 1e-7 1E-6 -0 9007199254740993".split(" "),
  ...'"" "true" "TRUE" "t" "0" "false" "no" "17e8" "12abc" "inf" "push" "main\\n"'.split(" "),
  ...['"ü<&>\u2028"', "[]", '[ 1, "a<b" ]', "{}", '{"b": 1, "a": [null, "x&y"]}', '[["a"],["b"]]'],
];

const FILTERS_OF_V: readonly object[] = [
  { type: "bool", value: ["false"] },
  { type: "string", value: ["^push$", "^[0-9]{10}$"] },
];

const byValue = FILTERS_OF_V.flatMap((filter) =>
  VALUES.map((value) =>
    one(
      `${JSON.stringify(filter)} on ${value}`,
      { data: [{ path: "body.v", ...filter }], parameters: [] },
      `{"v":${value},${JSON.stringify(push()).slice(1)}`,
    ),
  ),
);

const PATHS = [
  "body.ref body.absent body.commits.# body.commits.0.id body.commits.2.id body.commits.-1.id",
  "body.commits.#.added body.commits.#.added.0 body.commits.#.added.# body.commits.#.absent",
  "body.ref.# body.repository.# body.absent.#.x body.base_ref body.base_ref.x body.ref.x",
  "[body.commits.#.added,body.commits.#.modified,body.commits.#.removed]",
  "[body.absent,body.ref] [body.absent]",
  "headers.X-Github-Event headers.X-Github-Event.0 headers.X-GitHub-Event.0 body.X-GitHub-Event",
  "headers.X-Hub-Signature-256.1 body.commits.added body.dotted\\.key body.dotted.key body.7 body.# headers",
].flatMap((paths) => paths.split(" "));

const byPath = PATHS.map((path) =>
  one(
    `the value at ${path}`,
    {
      data: [{ path: "body.after", type: "string", value: ["."] }],
      parameters: [{ src: { dependencyName: "push-nginx", dataKey: path }, dest: "spec.found" }],
    },
    { ...push(), "dotted.key": 1, "7": "seven", "#": "hash" },
    // Clients add their own headers.
    path === "headers" ? { headers: { "X-Hub-Signature-256": "sha256=00" } } : {},
  ),
);

const TEMPLATES = [
  "{{ .Input.body.after }}",
  "{{.Input.body.after|substr 0 12}}",
  "-{{ substr 0 12 .Input.body.after }}-",
  "{{ substr 0 12 .Input.body.absent }}",
  "{{ .Input.body.repository.pushed_at }}",
  "{{ .Input.body.repository.size }} {{ .Input.body.n }} {{ .Input.body.m }} {{ .Input.body.deleted }}",
  "{{ .Input.body.absent }}",
  "-{{ .Input.body.absent }}",
  "{{ .Input.body.base_ref }}",
  "-{{ .Input.body.base_ref }}",
  "{{ .Input.body.absent.x }}",
  "{{ .Input.body.ref.x }}",
  "{{ .Input.body.absent | substr 0 3 }}",
  "{{ .Input.body.n | substr 0 3 }}",
  "{{ .Input.body.ref | substr 4 400 }}",
  "{{ .Input.body.ref | substr 40 41 }}",
  "{{ .Input.body.empty }}",
  "plain",
];

const SOURCES = [
  ...TEMPLATES.map((dataTemplate) => ({ dataTemplate })),
  ...[
    "body.repository.pushed_at",
    "body.n",
    "body.base_ref",
    "body.deleted",
    "body.commits",
    "body.absent",
  ].flatMap((dataKey) => [
    { dataKey },
    { dataKey, useRawData: true },
    { dataKey, value: "preset" },
    { dataKey, dependencyName: "push-auth" },
    { dataKey, dependencyName: "push-auth", value: "preset" },
  ]),
  { value: "preset" },
];

const DESTINATIONS = [
  { dest: "metadata.name", operation: "append" },
  { dest: "metadata.name", operation: "prepend" },
  { dest: "metadata.generateName", operation: "append" },
  { dest: "spec.priority", operation: "append" },
  { dest: "metadata.annotations.kargo-fleet/commit" },
  { dest: "metadata.annotations.kargo-fleet\\.dev/commit", operation: "overwrite" },
  { dest: "spec.arguments.parameters.2.value" },
  { dest: "spec.arguments.parameters.3.name" },
];

const byParameter = [
  ...SOURCES.map((src) => ({ src: { dependencyName: "push-nginx", ...src }, dest: "spec.found" })),
  ...DESTINATIONS.map((where) => ({
    src: { dependencyName: "push-nginx", dataKey: "body.after" },
    ...where,
  })),
].map((parameter) =>
  one(
    `the parameter ${JSON.stringify(parameter)}`,
    {
      data: [{ path: "body.after", type: "string", value: ["."] }],
      parameters: [parameter],
      resource: {
        spec: {
          priority: 5,
          arguments: { parameters: [{ name: "a" }, { name: "b" }, { name: "c", value: "old" }] },
        },
      },
    },
    { ...push(), n: 1234567, m: 999999, empty: "" },
  ),
);

const body = Buffer.from(JSON.stringify(push()));
const signed = (value: string | null) => ({ headers: { "X-Hub-Signature-256": value } });
const REQUESTS: readonly (readonly [string, unknown, DeliveryChanges])[] = [
  ["as it should be", push(), {}],
  ["PUT", push(), { method: "PUT" }],
  ["GET", push(), { method: "GET" }],
  ["no signature", push(), signed(null)],
  ["another's secret", push(), { secret: OTHER_SECRET }],
  ["a signature cut short", push(), signed(signature(body, SECRET).slice(0, 40))],
  ["a signature of an odd length", push(), signed("sha256=abc")],
  ["a signature without a hash", push(), signed("abc")],
  ["a signature of an unknown hash", push(), signed("md5=00")],
  ["a signature in capitals", push(), signed(`sha256=${signature(body, SECRET).slice(7).toUpperCase()}`)],
  [
    "the old header with SHA-1",
    push(),
    { headers: { "X-Hub-Signature-256": null, "X-Hub-Signature": signature(body, SECRET, "sha1") } },
  ],
  ["SHA-512", push(), signed(signature(body, SECRET, "sha512"))],
  ["no content type", push(), { headers: { "Content-Type": null } }],
  ["a charset", push(), { headers: { "Content-Type": "Application/JSON; charset=utf-8" } }],
  ["another content type", push(), { headers: { "Content-Type": "text/plain" } }],
  [
    "an unsigned form",
    "payload=%7B%7D",
    { headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Hub-Signature-256": null } },
  ],
  ["an array", [push()], {}],
  ["a string", '"x"', {}],
  ["a number out of range", '{"a":1e400}', {}],
  ["no JSON", "{", {}],
  ["a byte order mark", "\ufeff{}", {}],
  ["equal keys", `{"ref":"refs/heads/x",${JSON.stringify(push()).slice(1)}`, {}],
  ["half of a surrogate pair", '{"ref":"\\ud800"}', {}],
  ["an empty body", "", {}],
  ["no event header", push(), { headers: { "X-GitHub-Event": null } }],
  ["a ping", { zen: "Design for failure." }, { headers: { "X-GitHub-Event": "ping" } }],
  ["a header spelled low", push(), { headers: { "X-GitHub-Event": null, "x-github-event": "push" } }],
  ["auth's endpoint", push(), { path: "/0/auth" }],
  ["auth's endpoint, by auth", push(), { path: "/0/auth", secret: OTHER_SECRET }],
  ["an unknown endpoint", push(), { path: "/0/nginx-extra" }],
  ["a slash behind", push(), { path: "/0/nginx/" }],
  ["another case", push(), { path: "/0/NGINX" }],
  ["a query", push(), { path: "/0/nginx?x=1" }],
  ["an escape", push(), { path: "/0/ngin%78" }],
  ["two slashes", push(), { path: "//0/nginx" }],
  ["dots", push(), { path: "/0/../0/nginx" }],
  ["the health check", push(), { path: "/health" }],
  ["a tag", push({ ref: "refs/tags/main" }), {}],
  ["a branch like it", push({ ref: "refs/heads/main-2" }), {}],
  ["a branch before it", push({ ref: "refs/heads/x/refs/heads/main" }), {}],
  ["a deleted branch", push({ deleted: true, after: "0".repeat(40) }), {}],
  ["another repository", push({ repository: { full_name: "acme/nginx-extra", pushed_at: 1 } }), {}],
  ["no time of the push", push({ repository: { full_name: "acme/nginx" } }), {}],
  ["a commit in capitals", push({ after: COMMIT.toUpperCase() }), {}],
];
const byRequest = REQUESTS.map(([name, payload, how]) => one(`request: ${name}`, {}, payload, how));

const CONDITIONS = [
  ...["push-nginx", "push_nginx", " push-nginx ", "push-other", "nginx", ""],
  // Names with a meaning in expressions.
  ..."3scale push-3scale in not and or matches contains startsWith endsWith nil true false let if".split(" "),
  ..."else len all none any one filter map count find sum mean min max now date duration first".split(" "),
  ..."last get keys values sort upper int type abs trim split join repeat float string".split(" "),
  ..."a-1 a-b-2 a--b push-true push-in env".split(" "),
];
const byCondition = CONDITIONS.map((conditions) => {
  const name = ["push-other", "nginx", "", "push_nginx"].includes(conditions)
    ? "push-nginx"
    : conditions.trim();
  const [kept] = PARAMETERS;
  return one(`the conditions ${JSON.stringify(conditions)}`, {
    dependency: { name },
    template: { conditions },
    parameters: [{ ...kept, src: { ...kept.src, dependencyName: name } }],
    ...(conditions === "" ? { sensorSpec: { dependencies: [onlyNginx()] } } : {}),
  });
});

function onlyNginx(): object {
  const filters = { data: FILTERS };
  return { name: "push-nginx", eventSourceName: "github-0", eventName: "nginx", filters };
}

const filtered = (filters: object) => ({ dependency: { filters } });
const OBJECTS: readonly (readonly [string, Changes])[] = [
  ["misspelt filters", { dependency: { filters: undefined, filter: { data: [{ path: "x" }] } } }],
  ["misspelt data", filtered({ date: FILTERS })],
  ["empty data, or", { dependency: { filters: { data: [] }, filtersLogicalOperator: "or" } }],
  ["no filters, or", { dependency: { filters: undefined, filtersLogicalOperator: "or" } }],
  ["data, or among kinds", { dependency: { filtersLogicalOperator: "or" } }],
  [
    "or among data, one right",
    filtered({
      data: [{ path: "body.absent", type: "string", value: ["x"] }, FILTERS[1]],
      dataLogicalOperator: "or",
    }),
  ],
  [
    "or among data, none right",
    filtered({ data: [{ path: "body.ref", type: "string", value: ["("] }], dataLogicalOperator: "or" }),
  ],
  ["an unknown operator", { dependency: { filtersLogicalOperator: "xor" } }],
  ["another event name", { dependency: { eventName: "nginy" } }],
  ["another event source", { dependency: { eventSourceName: "github-1" } }],
  ["a dependency name twice", { dependency: { name: "push-auth" } }],
  ["a dependency without a name", { dependency: { name: "" } }],
  ["an empty filter value", { data: [{ path: "body.ref", type: "string", value: [""] }] }],
  ["a filter without type", { data: [{ path: "body.ref", value: ["x"] }] }],
  ["an unknown comparator", { data: [{ path: "body.ref", type: "number", comparator: "~", value: ["1"] }] }],
  ["misspelt k8s", { template: { k8s: undefined, k9s: {} } }],
  ["a trigger name twice", { template: { name: "auth" } }],
  ["a trigger without name", { template: { name: "" } }],
  ["no operation", { template: { k8s: { source: { resource: workflow() } } } }],
  ["an unknown operation", { template: { k8s: { operation: "replace", source: { resource: workflow() } } } }],
  ["no source", { template: { k8s: { operation: "create" } } }],
  ["an unknown parameter operation", { parameters: [{ ...PARAMETERS[0], operation: "add" }] }],
  ["a parameter without dest", { parameters: [{ src: PARAMETERS[0].src }] }],
  ["a parameter without dependency", { parameters: [{ src: { dataKey: "body.after" }, dest: "spec.x" }] }],
  ["no namespace, no labels", { resource: { metadata: { name: "x" } } }],
  ["no parameters", { parameters: [] }],
  ["a factor in quotes", { trigger: { retryStrategy: { steps: 5, duration: "2s", factor: "2.0" } } }],
  ["a duration that is none", { trigger: { retryStrategy: { duration: "2 seconds" } } }],
  ["a bare duration", { trigger: { retryStrategy: { duration: 2, jitter: 0 } } }],
  ["no retryStrategy", { trigger: { retryStrategy: undefined } }],
  ["value as a text", { data: [{ path: "body.ref", type: "string", value: "x" }] }],
  ["steps as a text", { trigger: { retryStrategy: { steps: "5" } } }],
  ["a port as a number", { webhook: { port: 12000 } }],
  ["a port that is none", { webhook: { port: "http" } }],
  ["no endpoint", { webhook: { endpoint: "" } }],
  ["no webhook", { entry: { webhook: undefined } }],
  ["neither repositories nor organizations", { entry: { repositories: [] } }],
  ["both", { entry: { organizations: ["acme"] } }],
  ["an organization", { entry: { repositories: undefined, organizations: ["acme"] } }],
  ["an unknown content type", { entry: { contentType: "xml" } }],
  ["form", { entry: { contentType: "form" } }],
  ["no events", { entry: { events: undefined } }],
  ["no secret", { entry: { webhookSecret: undefined } }],
  ["an absent key", { entry: { webhookSecret: { name: "github-0", key: "absent" } } }],
  [
    "a misspelt secret",
    { entry: { webhookSecret: undefined, webhookSecrets: { name: "github-0", key: "nginx" } } },
  ],
  ["metadata", { entry: { metadata: { team: "edge" } } }],
  ["a small limit", { webhook: { maxPayloadSize: 100 } }],
  ["the limit exactly", { webhook: { maxPayloadSize: body.length } }],
  ["the limit and a byte", { webhook: { maxPayloadSize: body.length - 1 } }],
];
const byObject = OBJECTS.map(([name, changes]) => one(`objects: ${name}`, changes));
const unsigned = OBJECTS.filter(([name]) => ["no secret", "a misspelt secret"].includes(name)).map(
  ([name, changes]) => one(`objects: ${name}, unsigned`, changes, push(), signed(null)),
);
const hidden = Object.entries({
  "secret with a newline": `${SECRET}\n`,
  "secret with two newlines": `${SECRET}\n\n`,
  "empty secret": "",
}).map(([name, value]): Case => {
  const { secrets, ...rest } = cluster();
  const nginx = Buffer.from(value).toString("base64");
  const changed = secrets.map(({ metadata, data }) => ({ metadata, data: { ...data, nginx } }));
  return { name: `objects: ${name}`, objects: { ...rest, secrets: changed }, delivery: delivery() };
});

function workflow(): object {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "x" },
    spec: { priority: 3 },
  };
}

/** The cases for which recorded.jsonl has the answers of Argo Events 1.9.11. */
export const CASES: readonly Case[] = [
  ...byValue,
  ...byPath,
  ...byParameter,
  ...byRequest,
  ...byCondition,
  ...byObject,
  ...unsigned,
  ...hidden,
];
