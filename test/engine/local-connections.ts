import { createRequire } from "node:module";

/**
 * Makes every run of an inline program use new connections. The SDK leaves connections open, gRPC caches them by
 * address for the whole process, and the CLI may reuse an earlier port: the program would then use a dead
 * connection, which the SDK takes for the end of the engine.
 * @see https://github.com/grpc/grpc-node/blob/master/packages/grpc-js/README.md (`grpc.use_local_subchannel_pool`)
 */
export function connectAnew(): void {
  // The SDK's settings object, which its types omit.
  const settings = createRequire(import.meta.url)("@pulumi/pulumi/runtime/settings.js") as {
    readonly grpcClientOptions: Record<string, unknown>;
  };
  settings.grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}
