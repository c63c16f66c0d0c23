import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { quietSdk } from "../../components/quiet-sdk.ts";

describe("the SDK while the program runs", () => {
  const { prepareStackTrace } = Error;
  const { debug } = pulumi.log;

  afterEach(() => {
    Error.prepareStackTrace = prepareStackTrace;
    Object.assign(pulumi.log, { debug });
    delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
  });

  it("formats no trace of an error that it creates for its own debugging", () => {
    quietSdk();
    assert.equal(new Error().stack, "Error");
  });

  it("keeps the trace of every error with a message, and of every other class", () => {
    quietSdk();
    for (const error of [new Error("it failed"), new TypeError(), new AggregateError([])])
      assert.match(error.stack ?? "", /^\w*Error.*\n {4}at .*quiet-sdk\.test\.ts:\d+/);
  });

  it("keeps the trace of an error whose message is set before anybody reads the trace", () => {
    quietSdk();
    const error = new Error();
    error.message = "failed to register new resource";
    assert.match(error.stack ?? "", /\n {4}at .*quiet-sdk\.test\.ts:\d+/);
  });

  it("sends no debug message to the engine", async () => {
    quietSdk();
    assert.notEqual(pulumi.log.debug, debug);
    assert.equal(await pulumi.log.debug("planted"), undefined);
  });

  it("is as Pulumi made it if its promises are debugged", () => {
    process.env.PULUMI_DEBUG_PROMISE_LEAKS = "true";
    quietSdk();
    assert.equal(pulumi.log.debug, debug);
    assert.match(new Error().stack ?? "", /\n {4}at /);
  });
});
