// Pulumi starts this file, so that an old Node gives a clear error. The program is index.ts; as a package (PulumiPlugin.yaml)
// it is components/package.ts. Pulumi requires a package, so nothing here may use a top-level await.
import "./node-version.cjs";
import module from "node:module";
import { fileURLToPath } from "node:url";

// Compiling the program takes half of its start. The folder belongs to whoever ran npm ci, unlike a temporary one.
module.enableCompileCache(fileURLToPath(new URL("node_modules/.cache/kargo-fleet", import.meta.url)));

const started = /[\\/]cmd[\\/]run-plugin/.test(process.argv[1])
  ? import("./components/package.ts").then(({ servePackage }) => servePackage(process.argv.slice(2)))
  : import("./index.ts");
// Pulumi awaits it a moment later and reports its error. Until then Node would warn of a rejection that nobody handles.
started.catch(() => {});

export default started;
