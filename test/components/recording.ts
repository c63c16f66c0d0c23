import * as pulumi from "@pulumi/pulumi";

/** A resource that the program registered. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** The name of the parent; empty without one. */
  readonly parent: string;
  readonly protect: boolean;
  /** The names of its dependencies, sorted. */
  readonly waitsFor: readonly string[];
  readonly provider: string;
  /** Its earlier names and types. */
  readonly aliases: readonly unknown[];
  /** Its other resource options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The resolved inputs, with secrets as `{ secret: <plain> }`. */
  readonly inputs: unknown;
}

interface MonitorRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getDependenciesList(): string[];
  getProvider(): string;
  getAliasesList(): { toObject(): unknown }[];
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getObject(): { toJavaScript(): unknown };
}

/** Runs a program against Pulumi's mocks and records every registration after all Outputs have settled. */
export async function record(program: () => void): Promise<readonly Registration[]> {
  const requests: MonitorRequest[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
      call: ({ inputs }) => inputs,
    },
    "kargo-fleet",
    "test",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(req: MonitorRequest, done: unknown): void;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    requests.push(request);
    register(request, done);
  };
  await pulumi.runtime.runInPulumiStack(async () => program());
  await pulumi.runtime.disconnect();
  return requests.filter((request) => request.getType() !== "pulumi:pulumi:Stack").map(registration);
}

function registration(request: MonitorRequest): Registration {
  return {
    type: request.getType(),
    name: request.getName(),
    parent: nameOf(request.getParent()),
    protect: request.getProtect(),
    waitsFor: request.getDependenciesList().map(nameOf).sort(),
    provider: nameOf(request.getProvider().split("::").slice(0, -1).join("::")),
    aliases: request.getAliasesList().map((alias) => alias.toObject()),
    options: {
      retainOnDelete: request.getRetainondelete(),
      ignoreChanges: request.getIgnorechangesList(),
      secretOutputs: request.getAdditionalsecretoutputsList(),
    },
    inputs: readable(request.getObject().toJavaScript()),
  };
}

/** The name at the end of a URN; empty for the stack. */
function nameOf(urn: string): string {
  return urn.includes("pulumi:pulumi:Stack") && !urn.includes("$") ? "" : (urn.split("::").at(-1) ?? "");
}

const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  if (entries.some(([, item]) => item === SECRET_SIGNATURE)) {
    return { secret: readable(entries.find(([key]) => key === "value")?.[1]) };
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, readable(item)]));
}

/** A manifest as the engine gets it, without what JSON omits. */
export function plain(manifest: object): unknown {
  return JSON.parse(JSON.stringify(manifest));
}
