/** Engine tests wait for real programs, which may have to be built first. */
const engine = process.argv.some((argument) => argument.includes("test/engine/"));

module.exports = {
  forbidOnly: true,
  forbidPending: true,
  timeout: engine ? 3_600_000 : 60_000,
  require: ["./test/engine/teardown.ts"],
};
