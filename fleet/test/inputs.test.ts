import assert from "node:assert/strict";
import { BUILDS, catalogueText, service, stackText } from "../../test/sources.ts";
import { removedFolders } from "./folder.ts";

/*
 * Examples of wrong and unusual inputs. `fleet check` refuses one, or `fleet render` shows its meaning. The tests
 * of the rules have more.
 */

/**
 * The user's input: keys of the service nginx, several services, keys of the stack, and text around the stack file.
 */
interface Input {
  readonly entry?: object;
  readonly services?: Readonly<Record<string, object>>;
  readonly teams?: object;
  readonly stack?: Readonly<Record<string, string>>;
  readonly above?: string;
  readonly below?: string;
}

const HOOKS = 'url: "https://hooks.acme.example"';
const stage = (more: string) => `{ standard: [{ stage: dev, promotion: auto, sync: auto, ${more} }] }`;
const lexical = (pattern: string) => ({ build: false, tags: { strategy: "lexical", pattern } });
const builds = (more: string) => BUILDS.replace(/ }$/, `, ${more} }`);
const github = (url: string) => ({ github: `{ owner: acme, url: "${url}" }` });
const two = { nginx: service("nginx"), web: service("web") };
const LONG = "t".repeat(60);

/** Refused inputs, with the expected message. */
const REFUSED: Readonly<Record<string, readonly [Input, RegExp]>> = {
  "03 a key in two spellings": [
    { stack: { protect: "true" }, below: "  protect: false\n" },
    /config\.kargo-fleet:protect {2}the key "kargo-fleet:protect" is a duplicate .* \[KF003\]/,
  ],
  "05 an octal number": [
    { stack: { rollout: "{ percent: 050 }" } },
    /rollout\.percent {2}.*octal number.* \[KF009\]/,
  ],
  "06 a namespace that is nobody's": [
    { stack: { "kargo_fleet:rollout": "{ include: [{ names: [nginx] }] }" } },
    /"kargo_fleet:rollout" has no effect.*Did you mean "kargo-fleet:rollout"\? \[KF033\]/,
  ],
  "08 a size in no unit": [
    { stack: { webhooks: `{ ${HOOKS}, eventBus: { storage: { size: 10GB } } }` } },
    /storage\.size {2}"10GB" is not a positive Kubernetes quantity/,
  ],
  "09 a size in an upper-case unit": [
    { stack: { builds: builds("storage: { size: 20000000K }") } },
    /storage\.size {2}"20000000K" is not a positive Kubernetes quantity/,
  ],
  "10 a token in an address": [
    { stack: github("https://x-access-token:ghp_0123@github.com") },
    /github\.url {2}must carry no user, password or token/,
  ],
  "11 the API's address": [
    { stack: github("https://ghe.acme.example/api/v3") },
    /github\.url {2}must be the web address/,
  ],
  "12 an address for a host": [
    { stack: { webhooks: '{ url: "https://203.0.113.7", expose: { ingress: { className: nginx } } }' } },
    /webhooks\.url {2}must name its host/,
  ],
  "13 a query in an address": [
    { stack: { webhooks: '{ url: "https://hooks.acme.example?x=1" }' } },
    /webhooks\.url {2}must have neither a query nor a fragment/,
  ],
  "14 a whole reference": [
    { entry: { build: { branch: "refs/heads/main" } } },
    /write it without "refs\/heads\/"/,
  ],
  "15 a branch that git refuses": [
    { stack: { gitops: "{ repository: acme/gitops, branch: release..1 }" } },
    /gitops\.branch {2}.*git check-ref-format/,
  ],
  "19 a folder for a Dockerfile": [
    { entry: { build: { dockerfile: "." } } },
    /dockerfile {2}"\." is not a file/,
  ],
  "20 an open alternative": [
    { entry: lexical("^main-[0-9]{14}|release-[0-9]{14}$") },
    /pattern {2}.* is not anchored/,
  ],
  "21 tags that are hashes": [{ entry: lexical("^sha-[0-9a-f]{7}$") }, /do not sort by time.* \[KF028\]/],
  "22 tags that are numbers": [{ entry: lexical("^[0-9]+$") }, /do not sort by time.* \[KF028\]/],
  "23 one image, two names": [
    {
      services: {
        nginx: service("nginx", { image: "docker.io/acme/app", build: false }),
        web: service("web", { image: "acme/app", build: false }),
      },
    },
    /services\.web\.image {2}the image "acme\/app" is also used by service "nginx".* \[KF023\]/,
  ],
  "25 every cluster": [
    { stack: { pipelines: stage('destination: { cluster: "*" }') } },
    /"\*" is not a cluster of Argo CD/,
  ],
  "27 everybody past the guard": [
    { stack: { access: "{ deployer: ci, breakGlass: system:authenticated }" } },
    /access\.breakGlass {2}"system:authenticated" is not a valid directory group/,
  ],
  "28 a Secret's name": [
    { stack: { webhooks: `{ ${HOOKS}, expose: { ingress: { tlsSecret: Hooks_TLS } } }` } },
    /"Hooks_TLS" is not a valid name of a Kubernetes object/,
  ],
  "28 an annotation's key": [
    { stack: { webhooks: `{ ${HOOKS}, expose: { ingress: { annotations: { "nginx ingress/x": y } } } }` } },
    /"nginx ingress\/x" is not a valid key of a Kubernetes label or annotation/,
  ],
  "29 a team's long name": [
    { services: { nginx: service("nginx", { team: LONG }) }, teams: { [LONG]: { group: "AD" } } },
    /teams\.t+ {2}.*Shorten the team's name by 4 or more/,
  ],
  "31 a label that nothing has": [
    {
      services: { nginx: service("nginx", { labels: { tier: "critical" } }) },
      stack: { rollout: "{ exclude: [{ labels: { teir: critical } }] }" },
    },
    /exclude\[0\]\.labels\.teir {2}.*Did you mean "tier"\? \[KF016\]/,
  ],
  "31 a selector of everything": [
    { stack: { rollout: "{ exclude: [{ labels: {} }] }" } },
    /must name a label/,
  ],
  "32 a second document": [{ below: "---\nother: {}\n" }, /a second document begins here.* \[KF009\]/],
  "33 an alias in itself": [
    { above: "x: &a [*a]\n" },
    /:1:8 {2}x\[0\] {2}the alias contains itself.* \[KF009\]/,
  ],
  "33 brackets without end": [
    { below: `  x: ${"[".repeat(5000)}\n` },
    /is nested more than 100 levels deep.* \[KF018\]/,
  ],
  "a secret under a bare key": [
    { below: "  gitPassword: planted\n" },
    /kargo-fleet:gitPassword {2}must be a secret.* \[KF031\]/,
  ],
  "a placeholder that stays": [
    { stack: { access: '{ deployer: "ci-{cluster}" }' } },
    /deployer {2}has \{cluster\}, which is not replaced here.* \[KF017\]/,
  ],
};

/** Accepted inputs, with the expected object. */
const TAKEN: Readonly<Record<string, readonly [Input, RegExp]>> = {
  "01 a directory's name for a group": [
    { teams: { edge: { group: "CN=Edge,OU=Groups,DC=acme,DC=example" } } },
    /CN=Edge,OU=Groups,DC=acme,DC=example/,
  ],
  "02 a bare key": [
    { services: two, below: "  rollout: { include: [{ names: [nginx] }] }\n" },
    /^(?!.*name: kargo-web)/s,
  ],
  "04 a merge key": [
    {
      below: `  pipelines:
    standard:
      - &dev { stage: dev, promotion: auto, sync: auto }
      - { <<: *dev, stage: qa, after: [dev] }
`,
    },
    /name: nginx-qa/,
  ],
  "07 a length of whole seconds": [
    { stack: { builds: builds("timeout: 1.1h") } },
    /activeDeadlineSeconds: 3960$/m,
  ],
  "09 every unit of Kubernetes": [
    { stack: { builds: builds("storage: { size: 4e9 }") } },
    /storage: "?4000000000"?/,
  ],
  "16 a number sign in a branch": [
    { entry: { build: { branch: "feature/#123-login" } } },
    /refs\/heads\/feature\/#123/,
  ],
  "17 the root for a path": [{ entry: { build: { paths: ["."] } } }, /^(?!.*commits\.#)/s],
  "18 a file for a path": [
    { entry: { build: { context: "services/api", paths: ["services/api", "package.json"] } } },
    /"\(services\/api\|package\\\.json\)\[\/"\]/,
  ],
  "24 a cluster's address": [
    { stack: { pipelines: stage('destination: { cluster: "https://10.0.0.1:6443" }') } },
    /server: https:\/\/10\.0\.0\.1:6443/,
  ],
  "26 a chart for each service": [
    { stack: { gitops: '{ repository: acme/gitops, chart: { path: "charts/{service}" } }' } },
    /path: charts\/nginx$/m,
  ],
  "30 a managed user": [
    { entry: { repository: "jane_acme/nginx" }, stack: { github: "{ owner: jane_acme }" } },
    /jane_acme\/nginx/,
  ],
};

describe("unusual inputs", function () {
  this.timeout(120_000);
  const open = removedFolders();
  const folderWith = ({ entry, services, teams, stack, above = "", below = "" }: Input) =>
    open({
      "services.json": catalogueText(services ?? { nginx: service("nginx", entry) }, teams),
      "Pulumi.prod.yaml": `${above}${stackText(stack)}${below}`,
    });

  for (const [what, [input, rule]] of Object.entries(REFUSED)) {
    it(`are refused by fleet check: ${what}`, async () => {
      const { exitCode, stderr } = await (await folderWith(input)).run("check");
      assert.match(stderr, rule);
      assert.doesNotMatch(stderr, /ghp_|planted|^\s+at /m);
      assert.equal(exitCode, 2);
    });
  }

  for (const [what, [input, meaning]] of Object.entries(TAKEN)) {
    it(`are understood by fleet render: ${what}`, async () => {
      const { stdout, stderr, exitCode } = await (await folderWith(input)).run("render", "--stack", "prod");
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, meaning);
    });
  }

  for (const command of ["deployer", "list", "render"]) {
    it(`are understood: 34 a stack by its whole name, by fleet ${command}`, async () => {
      const folder = await folderWith({});
      for (const name of ["acme/prod", "acme/kargo-fleet/prod"]) {
        const { exitCode, stderr } = await folder.run(command, "--stack", name);
        assert.equal(exitCode, 0, stderr);
      }
      assert.equal((await folder.run(command, "--stack", "acme/other/prod")).exitCode, 1);
    });
  }
});
