import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import type { Download } from "../toolchain/downloads.ts";

/** The environment variables that set a mirror for the makers' sites. */
export const SETTINGS = ["KARGO_FLEET_GITHUB_URL", "KARGO_FLEET_KUBERNETES_URL", "KARGO_FLEET_HELM_URL"];

/** A local server for the makers' files, which also works as an HTTP proxy. */
export interface DownloadServer {
  readonly url: string;
  /** The content at each path, or a function that answers. */
  readonly files: Map<string, Buffer | ((response: ServerResponse) => void)>;
  /** The requested paths in order; full addresses if it is used as a proxy. */
  readonly asked: string[];
  /** Environment variables that make this server the mirror of every site. */
  readonly settings: Readonly<Record<string, string>>;
  /** Publishes a file, and its checksum in the document of its folder. */
  publish(download: Download, content: Buffer, algorithm?: "sha1" | "sha256"): void;
  close(): void;
}

export async function downloadServer(): Promise<DownloadServer> {
  const files: DownloadServer["files"] = new Map();
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const file = files.get(new URL(url, "http://127.0.0.1").pathname);
    if (typeof file === "function") return file(response);
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  server.on("connect", ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    socket.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    files,
    asked,
    settings: Object.fromEntries(SETTINGS.map((setting) => [setting, url])),
    publish(download, content, algorithm = "sha256") {
      const path = new URL(download.url).pathname;
      const document = new URL(download.checksums).pathname;
      const sum = createHash(algorithm).update(content).digest("hex");
      files.set(path, content);
      const before = files.get(document) ?? "";
      files.set(document, Buffer.from(`${before}${sum}  ./${basename(path)}\n`));
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
