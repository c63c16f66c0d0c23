import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { execa } from "execa";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { sharedPrograms, TOOLCHAIN_TIMEOUT } from "./control-plane.ts";

describe("the GitHub plugin's program", function () {
  this.timeout(30_000);
  let program = "";
  before(async function () {
    this.timeout(TOOLCHAIN_TIMEOUT);
    const { programs } = await sharedPrograms();
    program = programs["pulumi-resource-github"];
  });

  it("prints the version of its SDK", async () => {
    assert.equal((await execa(program, ["--version"])).stdout, "6.15.0");
  });

  it("reports the same version to the engine", async () => {
    const child = spawn(program, ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [port] = (await once(createInterface(child.stdout), "line")) as [string];
      const client = new provider.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
      const version = await new Promise<string>((resolve, reject) => {
        client.getPluginInfo(new empty.Empty(), (error, info) => {
          if (error) reject(error);
          else resolve(info.getVersion());
        });
      });
      assert.equal(version, "6.15.0");
      client.close();
    } finally {
      child.kill();
    }
  });
});
