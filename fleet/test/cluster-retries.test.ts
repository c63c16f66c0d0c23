import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { ApiAnswer } from "../../components/api-server.ts";
import { type LocalProxy, listening } from "../../test/engine/interrupted-up/local-proxy.ts";
import { openCluster } from "../cluster.ts";
import { NoAnswer, type Repeatable, repeated } from "../cluster-retries.ts";
import { eachFolder } from "./folder.ts";
import { kubeconfig } from "./refusal.ts";

const READ: Repeatable = { method: "GET", path: "/api/v1/namespaces/kargo-nginx?limit=1" };
const RIGHT: ApiAnswer = { status: 200, bytes: Buffer.from("{}") };
const dropped = () => new NoAnswer("https://prod", "socket hang up", true);
const failed = (status: number, message = "busy"): ApiAnswer => ({
  status,
  bytes: Buffer.from(JSON.stringify({ message })),
});

/** Sends a request to a server that gives these answers, the last of them for ever. */
async function sent(request: Repeatable, answers: readonly (ApiAnswer | NoAnswer)[]) {
  let count = 0;
  const send = async () => {
    const answer = answers[Math.min(count++, answers.length - 1)] ?? RIGHT;
    if (answer instanceof NoAnswer) throw answer;
    return answer;
  };
  const started = performance.now();
  const answer = await repeated(request, send, 1).catch((error: Error) => error);
  return { answer, count, waited: performance.now() - started };
}

describe("a request to the API server", () => {
  for (const first of [429, 500, 502, 503, 504])
    it(`that reads is repeated after ${first}`, async () => {
      assert.deepEqual([(await sent(READ, [failed(first), RIGHT])).answer], [RIGHT]);
    });

  it("that reads is repeated after a dropped connection", async () => {
    const { answer, count } = await sent(READ, [dropped(), dropped(), RIGHT]);
    assert.deepEqual([answer, count], [RIGHT, 3]);
  });

  it("that asks for rights or is a dry run counts as one that reads", async () => {
    for (const path of ["/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/api/v1/x?dryRun=All"])
      assert.equal((await sent({ method: "POST", path }, [failed(500), RIGHT])).count, 2, path);
  });

  it("that writes is repeated after 429 only, because it may have been carried out otherwise", async () => {
    for (const method of ["POST", "PATCH", "DELETE"] as const) {
      const write = { method, path: "/api/v1/x" };
      assert.equal((await sent(write, [failed(429), RIGHT])).count, 2);
      assert.equal((await sent(write, [failed(500), RIGHT])).count, 1);
      assert.equal((await sent(write, [dropped(), RIGHT])).count, 1);
    }
  });

  it("is not repeated after an answer about the request itself", async () => {
    for (const status of [401, 403, 404, 409, 410])
      assert.equal((await sent(READ, [failed(status)])).count, 1);
  });

  it("waits as long as the API server asks", async () => {
    const { waited } = await sent(READ, [{ ...failed(429), retryAfter: 100 }, RIGHT]);
    assert.ok(waited >= 95, String(waited));
  });

  it("stops after six attempts with the object, the last answer and what to do", async () => {
    const { answer, count } = await sent(READ, [failed(500, "etcd is slow.")]);
    assert.equal(count, 6);
    assert.match(
      String(answer),
      /could not serve \/api\/v1\/namespaces\/kargo-nginx in 6 attempts; the last answer was 500: etcd is slow\. Run the command again when the API server works\.$/,
    );
    assert.match(
      String((await sent(READ, [dropped()])).answer),
      /the last answer was none \(socket hang up\)/,
    );
  });

  describe("over a real connection", () => {
    const folder = eachFolder();
    let server: LocalProxy;
    const answers: ((response: ServerResponse) => void)[] = [];

    before(async () => {
      server = await listening(
        createServer((_request, response) => {
          const answer = answers.shift();
          if (answer) answer(response);
          else response.end('{"kind":"Namespace"}');
        }),
      );
    });
    after(async () => await server?.close());
    const open = async (url: string) => {
      await folder.write(
        "kubeconfig",
        kubeconfig(`{ server: "${url}", insecure-skip-tls-verify: true }`, "{}"),
      );
      return await openCluster({ kubeconfig: `${folder.path}/kubeconfig`, context: "prod" });
    };

    it("is repeated if the connection drops before or within the answer", async () => {
      const cluster = await open(server.url);
      answers.push((response) => void response.destroy());
      answers.push((response) => {
        response.writeHead(200, { "content-length": "1000" }).write("{");
        setTimeout(() => response.destroy(), 20);
      });
      const { status, body } = await cluster.send(READ);
      cluster.close();
      assert.deepEqual([status, body], [200, { kind: "Namespace" }]);
    });

    it("fails at once if nobody listens there, and none has before", async () => {
      const cluster = await open("http://127.0.0.1:1");
      await assert.rejects(cluster.send(READ), /http:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/);
    });
  });
});
