import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/*
 * `npm run fleet -- <command>`. What Node has compiled once it keeps, so that a command starts in half the time: beside the
 * toolchain, since a folder that all users of a machine may write in is no place for code.
 */

const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
enableCompileCache(join(cache, "kargo-fleet", "compiled"));
await import("./program.ts");
