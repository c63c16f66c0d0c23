import { createRequire } from "node:module";

/**
 * Has every run of an inline program connect anew. The SDK leaves connections open behind a run, gRPC keeps those of the
 * whole process by their address, and the CLI may get a port that an earlier one had: the program then finds the dead
 * connection, hears nothing, and the SDK takes that for an engine which has ended.
 *
 * @see https://github.com/grpc/grpc-node/blob/master/packages/grpc-js/README.md (`grpc.use_local_subchannel_pool`)
 */
export function connectAnew(): void {
  // The SDK's own object, which its types leave out.
  const settings = createRequire(import.meta.url)("@pulumi/pulumi/runtime/settings.js") as {
    readonly grpcClientOptions: Record<string, unknown>;
  };
  settings.grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}
