import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gitHubApi } from "../../../../git-host/github/api/client.ts";
import { proxiedFetch } from "../../../../git-host/github/api/proxied-fetch.ts";

const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

describe("calls of GitHub's API", () => {
  const asked: string[] = [];
  const target = createServer((_, response) => {
    response.setHeader("content-type", "application/json").end('{"login":"acme"}');
  });
  const proxy = createServer((request, response) => {
    asked.push(new URL(request.url ?? "").host);
    response.setHeader("content-type", "application/json").end('{"login":"acme"}');
  });
  const environment: NodeJS.ProcessEnv = {};
  before(async () => {
    await listening(target);
    proxy.on("connect", ({ url }, socket) => {
      asked.push(url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    environment.HTTPS_PROXY = environment.HTTP_PROXY = `http://127.0.0.1:${await listening(proxy)}`;
    environment.GITHUB_BASE_URL = "http://github.example";
  });
  beforeEach(() => asked.splice(0));
  after(() => {
    target.close();
    proxy.close();
  });

  const ask = async (more: NodeJS.ProcessEnv = {}) => {
    const access = {
      auth: "t",
      second: 1,
      report: () => {},
      longestWait: 0,
      giveUp: () => new Error(),
    };
    const api = gitHubApi("https://github.com", { ...access, environment: { ...environment, ...more } });
    return (await api.octokit.request("GET /user")).data.login;
  };

  it("use the proxy of the environment", async () => {
    assert.equal(await ask(), "acme");
    assert.deepEqual(asked, ["github.example"]);
  });

  it("use the proxy for https addresses too", async () => {
    await assert.rejects(ask({ GITHUB_BASE_URL: "https://github.example" }));
    assert.deepEqual(new Set(asked), new Set(["github.example:443"]));
  });

  it("bypass the proxy for NO_PROXY and for this machine", async () => {
    const { port } = target.address() as AddressInfo;
    assert.equal(await ask({ GITHUB_BASE_URL: `http://127.0.0.1:${port}` }), "acme");
    await assert.rejects(ask({ NO_PROXY: "github.example" }));
    assert.deepEqual(asked, []);
  });

  it("use Node's own fetch without a proxy", () => assert.equal(proxiedFetch({}), undefined));
});
