import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What the CLI is run with: a state in files below the folder, and nothing of the person who runs the tests. Of the
 * programs that it starts no coverage is taken, which would cost more than they do, and no stack traces, which their
 * runtime makes for every resource.
 *
 * @param path the PATH with the toolchain first
 */
export function engineEnvironment(path: string, folder: string): Record<string, string> {
  return {
    PATH: path,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_HOME: join(folder, "pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_V8_COVERAGE: "",
    NODE_COMPILE_CACHE: join(tmpdir(), "kargo-fleet-compile-cache"),
    NODE_OPTIONS: "--stack-trace-limit=0",
  };
}
