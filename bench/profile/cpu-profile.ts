/** A CPU profile as V8 writes it. @see https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** What a Node program does, with the addresses of its code; the first match counts. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ["gRPC and protobuf", /\/node_modules\/(@grpc|google-protobuf|@pulumi\/pulumi\/proto)\//],
  ["Pulumi's SDK", /\/node_modules\/@pulumi\//],
  ["formatting stack traces", /\/node_modules\/(source-map|source-map-support)\//],
  ["other packages", /\/node_modules\//],
  ["loading modules", /^node:internal\/(modules|deps\/(cjs|amaro)|bootstrap|vm)|^node:(vm|module)/],
  ["Node", /^node:|^$/],
  ["this program", /./],
];

/** The time of each part in milliseconds, without waiting. */
export function timeOfParts({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const part = parts.get(sample);
    if (part === undefined) continue;
    times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  }
  return new Map([...times].sort(([, a], [, b]) => b - a));
}

function partOf({ functionName, url }: CpuProfile["nodes"][number]["callFrame"]): string | undefined {
  if (functionName === "(idle)") return undefined;
  if (functionName === "(garbage collector)") return "garbage collection";
  return PARTS.find(([, address]) => address.test(url))?.[0];
}
