import { Agent, request } from "node:https";
import type { Connection } from "../../sandbox/kubernetes-api.ts";

/** One answer. */
export interface Timed {
  readonly status: number;
  readonly milliseconds: number;
  readonly bytes: number;
  readonly text: string;
}

/** Calls an API server as somebody. */
export interface Caller {
  call(method: string, path: string, body?: object): Promise<Timed>;
  /** The time until a watch has sent this many events. */
  watch(path: string, events: number): Promise<Timed>;
}

/** Connections that all callers share, so that impersonating another group opens none. */
export function connectionsTo({ authority }: Connection): Agent {
  return new Agent({ ca: authority, keepAlive: true, maxSockets: 16 });
}

/** @param group the group to impersonate; default: the administrator */
export function callerAs({ url, token }: Connection, agent: Agent, group?: string): Caller {
  const headers = {
    accept: "application/json",
    authorization: `Bearer ${token}`,
    ...(group && { "impersonate-user": "somebody", "impersonate-group": [group, "system:authenticated"] }),
  };
  const send = (
    method: string,
    path: string,
    body: object | undefined,
    enough: (text: string) => boolean,
  ) => {
    const { promise, resolve, reject } = Promise.withResolvers<Timed>();
    const started = performance.now();
    const type = body && { "content-type": "application/json" };
    const call = request(
      new URL(path, url),
      { method, agent, headers: { ...headers, ...type } },
      (response) => {
        const parts: Buffer[] = [];
        const done = () => {
          const all = Buffer.concat(parts);
          const milliseconds = performance.now() - started;
          resolve({
            status: response.statusCode ?? 0,
            milliseconds,
            bytes: all.length,
            text: all.toString(),
          });
        };
        response.on("data", (part: Buffer) => {
          parts.push(part);
          if (!enough(part.toString())) return;
          done();
          call.destroy();
        });
        response.on("end", done);
      },
    );
    call.on("error", reject);
    call.end(body && JSON.stringify(body));
    return promise;
  };
  return {
    call: (method, path, body) => send(method, path, body, () => false),
    watch: async (path, events) => {
      let seen = 0;
      // Ending a watch closes its connection, so this opens the next one beforehand.
      await send("GET", "/version", undefined, () => false);
      return send("GET", path, undefined, (text) => {
        seen += text.split("\n").length - 1;
        return seen >= events;
      });
    },
  };
}
