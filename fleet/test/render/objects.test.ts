import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { platformObjects, serviceObjects } from "../../../manifests/inventory/objects.ts";
import { InvalidInput } from "../../../model/diagnostics.ts";
import type { Plan } from "../../../model/plan.ts";
import { registered } from "../../../test/components/program.ts";
import { plain } from "../../../test/components/recording.ts";
import { rawSources, toSources } from "../../../test/generated-catalogues.ts";
import { sampled } from "../../../test/sampling.ts";
import { catalogueText, planOf, service, stackText } from "../../../test/sources.ts";
import { omitted, renderObjects, yamlOf } from "../../render/objects.ts";

const CREDENTIALS = {
  credentials: "{ git: { username: kargo }, image: { username: reader } }",
  gitPassword: "{ secure: v1:planted }",
  imagePassword: "{ secure: v1:planted }",
};
const plan = (names: readonly string[], keys: Readonly<Record<string, string>> = {}) =>
  planOf(catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))), stackText(keys));

function generated(check: (found: Plan) => void, numRuns: number): void {
  fc.assert(
    fc.property(rawSources(), (raw) => {
      const { catalogue, stack } = toSources(raw);
      try {
        check(planOf(catalogue, stack));
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
      }
    }),
    { numRuns },
  );
}

describe("fleet render", function () {
  this.timeout(60_000);

  it("renders exactly the engine's Kubernetes objects, except Secrets", async () => {
    const all = await registered(["nginx", "auth"]);
    const given = all.filter(
      ({ type }) => type.startsWith("kubernetes:") && type !== "kubernetes:core/v1:Secret",
    );
    const { platform, services } = plan(["nginx", "auth"]);
    assert.ok(platform);
    const objects = [...platformObjects(platform), ...services.flatMap(serviceObjects)];
    // Only the engine knows the hash of the hooks' secrets, and only the provider reads how to patch.
    const withoutOwn = (text: string) =>
      text
        .replace(/("kargo-fleet\/secrets":)"[0-9a-f]{16}"/, "$1-")
        .replace('"annotations":{"pulumi.com/patchForce":"true"},', "");
    const sorted = (all: readonly unknown[]) =>
      all.map((one) => withoutOwn(JSON.stringify(one, sortedKeys))).sort();
    assert.deepEqual(sorted(given.map(({ inputs }) => inputs)), sorted(objects.map(plain)));
  });

  it("gives the same bytes for the same files, whatever the order of services", () => {
    const there = renderObjects(plan(["nginx", "auth"]));
    assert.deepEqual(renderObjects(plan(["auth", "nginx"])), there);
  });

  it("changes only the files of one service if only that service changes", () => {
    const before = new Map(renderObjects(plan(["nginx", "auth"])).map(({ path, text }) => [path, text]));
    const changed = renderObjects(
      planOf(
        catalogueText({
          nginx: service("nginx"),
          auth: service("auth", { chart: { path: "charts/other" } }),
        }),
      ),
    ).filter(({ path, text }) => before.get(path) !== text);
    assert.deepEqual(
      changed.map(({ path }) => path),
      ["dev", "prod", "staging"].map((stage) => `services/auth/3-application-auth-${stage}.yaml`),
    );
  });

  it("writes one file per object, in an order that kubectl can apply", () => {
    generated(
      (found) => {
        const paths = renderObjects(found).map(({ path }) => path);
        assert.equal(new Set(paths.map((path) => path.toLowerCase())).size, paths.length);
        assert.deepEqual(paths, [...paths].sort());
      },
      sampled(100, 30),
    );
  });

  it("parses the same as YAML 1.1 (kubectl) and as YAML 1.2", () => {
    generated(
      (found) => {
        const { platform, services } = found;
        for (const object of [
          ...(platform ? platformObjects(platform) : []),
          ...services.flatMap(serviceObjects),
        ]) {
          for (const version of ["1.1", "1.2"] as const)
            assert.deepEqual(parse(yamlOf(object), { version }), plain(object));
        }
      },
      sampled(60, 20),
    );
    for (const text of ["on", "no", "y", "1_000", "1:30", "0x1", "1e3", "null", "~", "2001-01-01"])
      assert.deepEqual(parse(yamlOf({ [text]: text }), { version: "1.1" }), { [text]: text });
  });

  it("contains no secret, and names each omitted Secret", () => {
    const found = plan(["nginx"], CREDENTIALS);
    assert.doesNotMatch(JSON.stringify(renderObjects(found)), /planted|kind: Secret\b/);
    assert.deepEqual(omitted(found).slice(0, 2), [
      "Secret kargo-shared-resources/kargo-fleet-git, whose content comes from kargo-fleet:gitPassword",
      "Secret kargo-shared-resources/kargo-fleet-image, whose content comes from kargo-fleet:imagePassword",
    ]);
  });
});

/** Sorts keys, so that two objects can be compared as text. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
