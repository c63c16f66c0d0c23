/** Engine tests wait for real programs, which may have to be built first. */
const engine = process.argv.some((argument) => /test\/(engine\/|\*\*)|test\}\/\*\*/.test(argument));

module.exports = {
  forbidOnly: true,
  forbidPending: true,
  timeout: engine ? 3_600_000 : 60_000,
  require: ["./test/engine/teardown.ts"],
};
