import { copyFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A Go module whose source is edited before the build. Go's module cache is read-only, so the build edits a copy.
 */
export interface EditedModule {
  /** The module's path in `go.mod`. */
  readonly path: string;
  /** Omitted files, relative to the module. */
  readonly leftOut: readonly string[];
  /** Added files of the recipe: source → destination. */
  readonly added: Readonly<Record<string, string>>;
  /** By file: texts that must occur exactly once, and their replacements. */
  readonly replaced: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;
}

/**
 * Copies a module's source and edits the copy.
 * @param source the module as Go unpacked it
 * @param recipe the folder of the added files
 * @param copy the folder to create
 * @throws Error if a text to replace does not occur exactly once, which means another version of the module
 */
export async function editModule(
  edits: EditedModule,
  source: string,
  recipe: string,
  copy: string,
): Promise<void> {
  await cp(source, copy, { recursive: true, filter: (file) => !file.endsWith("_test.go"), mode: 0 });
  for (const file of edits.leftOut) await rm(join(copy, file));
  for (const [from, to] of Object.entries(edits.added)) await copyFile(join(recipe, from), join(copy, to));
  for (const [file, pairs] of Object.entries(edits.replaced)) {
    let text = await readFile(join(copy, file), "utf8");
    for (const [from, to] of pairs) {
      const parts = text.split(from);
      if (parts.length !== 2) {
        throw new Error(`${edits.path}: ${file} has ${parts.length - 1} times, not once: ${from}`);
      }
      text = parts.join(to);
    }
    await rm(join(copy, file));
    await writeFile(join(copy, file), text);
  }
}

/**
 * Pulumi's Kubernetes provider without features that this project does not use: charts, releases, Kustomize and
 * components import the generated Go SDK and all of Helm, which take 25 of 31 minutes to compile.
 */
export const kubernetesProvider: EditedModule = {
  path: "github.com/pulumi/pulumi-kubernetes/provider/v4",
  leftOut: [
    "helm_release.go",
    "invoke_helm_template.go",
    "invoke_kustomize.go",
    "manifest_json.go",
    "provider_construct.go",
    "provider_parameterize.go",
  ].map((file) => `pkg/provider/${file}`),
  added: { "_left-out/provider.go": "pkg/provider/left_out.go" },
  // Since 4.29 a create is a POST, which fails if the object exists. The first update takes over its field manager.
  replaced: {
    "pkg/await/await.go": [
      [
        "if c.ServerSideApply {\n\t\t\t\tforce := patchForce(c.Inputs, nil, c.Preview)",
        "if c.ServerSideApply && kinds.IsPatchResource(c.URN, c.Inputs.GetKind()) {\n\t\t\t\tforce := patchForce(c.Inputs, nil, c.Preview)",
      ],
      [
        "options := metav1.CreateOptions{\n\t\t\t\t\tFieldManager: c.FieldManager,",
        'options := metav1.CreateOptions{\n\t\t\t\t\tFieldManager: "pulumi-kubernetes",',
      ],
    ],
  },
};

/**
 * Pulumi's language host 3.48.0, the last one that the module proxies serve, with what later engines ask of it. Its
 * relay between program and engine would drop what it does not know, such as a child's `protect: false`; so the
 * program speaks with the engine itself.
 */
export const languageHost: EditedModule = {
  path: "github.com/pulumi/pulumi/sdk/v3",
  leftOut: [],
  added: { "_added/later.go": "nodejs/cmd/pulumi-language-nodejs/later.go" },
  replaced: {
    "nodejs/cmd/pulumi-language-nodejs/main.go": [
      ['maybeAppendArg("monitor", address)', 'maybeAppendArg("monitor", req.GetMonitorAddress())'],
      [
        "go host.execNodejs(ctx, responseChannel,",
        "host, _ = host.with(req, infoOfRun)\n\tgo host.execNodejs(ctx, responseChannel,",
      ],
      ['return errors.New("not supported")', "return host.runPlugin(req, server)"],
    ],
  },
};
