import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy in front of a server, on this machine. */
export interface LocalProxy {
  /** The address for requests. */
  readonly url: string;
  close(): Promise<void>;
}

/** Lets a proxy listen on a free port, without keeping the process alive. It never closes an idle connection. */
export async function listening(server: Server): Promise<LocalProxy> {
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
