import { enableCompileCache } from "node:module";
import { isAbsolute, join } from "node:path";

/*
 * `npm run fleet -- <command>`. Node caches compiled code, which halves the start time. The cache is in the user's
 * cache folder, because a folder that other users can write is no safe place for code. Without a home folder there
 * is no cache.
 */

const { XDG_CACHE_HOME = "", HOME = "" } = process.env;
const cache = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(HOME, ".cache");
if (isAbsolute(cache)) enableCompileCache(join(cache, "kargo-fleet", "compiled"));
const { fleet } = await import("./program.ts");

// The reader has closed the pipe: `fleet list | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
await fleet(process.argv.slice(2));
