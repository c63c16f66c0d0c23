import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Outcome } from "./evaluate.ts";
import { isObject, type JsonObject } from "./go-json.ts";

/** An object that a trigger sends to the API server. */
export type Created = Extract<Outcome, { result: "created" }>;

/** `exists`: there is one of this name, so the API server refuses it and the trigger gives up after its retries. */
export interface Submission {
  readonly result: "written" | "exists";
  /** `Kind namespace/name`. */
  readonly object: string;
  readonly file: string;
}

/** No other characters are in the names of Kubernetes' objects; and none leads out of the folder. */
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/**
 * Writes an object into `<folder>/<namespace>.<name>.yaml`, once: that stands for the API server's own store.
 *
 * @throws Error where the object has no name that an API server would take
 */
export async function submit(folder: string, { sensor, trigger, object }: Created): Promise<Submission> {
  const [namespace, name] = namesOf(object);
  const file = join(folder, `${namespace}.${name}.yaml`);
  const text = [
    `# What the trigger ${trigger} of Sensor ${sensor} sends to the API server for a push.`,
    "# No workflow controller runs in the sandbox: nothing is submitted, nothing is built.",
    stringify(object, { lineWidth: 0 }),
  ].join("\n");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const named = `${object.kind} ${namespace}/${name}`;
  return writeFile(file, text, { mode: 0o600, flag: "wx" }).then(
    () => ({ result: "written" as const, object: named, file }),
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return { result: "exists" as const, object: named, file };
      throw error;
    },
  );
}

function namesOf(object: JsonObject): [namespace: string, name: string] {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const names = [metadata.namespace, metadata.name];
  const [namespace, name] = names.filter(
    (text) => typeof text === "string" && text.length <= 253 && NAME.test(text),
  );
  if (namespace === undefined || name === undefined) {
    throw new Error(`An API server takes no object of the namespace and name ${JSON.stringify(names)}.`);
  }
  return [namespace as string, name as string];
}
