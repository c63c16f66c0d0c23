// Loaded first by every command and by Pulumi. It is CommonJS, because an old Node cannot load TypeScript.
const { engines } = require("./package.json");
const [, major, minor] = /(\d+)\.(\d+)/.exec(engines.node).map(Number);
const [found, then] = process.versions.node.split(".").map(Number);
if (found < major || (found === major && then < minor)) {
  console.error(
    `Node ${process.versions.node} is too old. Node ${major}.${minor} or newer is needed to run TypeScript. ` +
      "npm ci installs one for npm commands on Linux and macOS; other commands need one on PATH.",
  );
  process.exit(1);
}
