import { enableCompileCache } from "node:module";
import { isAbsolute, join } from "node:path";

/*
 * `npm run fleet -- <command>`. What Node has compiled once it keeps, so that a command starts in half the time: beside the
 * toolchain, since a folder that all users of a machine may write in is no place for code. Whoever has no home goes without.
 */

const { XDG_CACHE_HOME = "", HOME = "" } = process.env;
const cache = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(HOME, ".cache");
if (isAbsolute(cache)) enableCompileCache(join(cache, "kargo-fleet", "compiled"));
const { fleet } = await import("./program.ts");

// Whoever reads has seen enough: `fleet list | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
await fleet(process.argv.slice(2));
