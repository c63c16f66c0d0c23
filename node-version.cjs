// Loaded first by every command and by Pulumi. It is CommonJS, because an old Node cannot load TypeScript.
const { engines } = require("./package.json");
const [, major, minor] = /(\d+)\.(\d+)/.exec(engines.node).map(Number);
const [found, then] = process.versions.node.split(".").map(Number);
if (found < major || (found === major && then < minor)) {
  console.error(
    `Node ${process.versions.node} is too old, since only Node ${major}.${minor} and newer run TypeScript as it is: ` +
      "npm ci brings one to every npm command on Linux and macOS, anything else needs one on PATH.",
  );
  process.exit(1);
}
