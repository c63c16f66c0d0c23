import { takeLock } from "../../../fleet/lock.ts";
import { ToolchainError } from "../../toolchain/errors.ts";
import { provide } from "../../toolchain/provide.ts";
import { helloIn } from "./fakes.ts";

/** Tasks for a separate process: `build <folder>`, `build-and-exit <folder>` or `lock <file>`. */
const [task, folder = ""] = process.argv.slice(2);

if (task === "lock") {
  await takeLock(folder, {});
  process.stdout.write("held\n");
  setInterval(() => {}, 1_000);
} else {
  if (task === "build-and-exit") {
    process.on("SIGINT", () => process.exit(3));
  }
  try {
    const programs = await provide(helloIn(folder), { plainEvery: 200 });
    process.stdout.write(`origin: ${programs[0]?.origin}\n`);
  } catch (error) {
    if (!(error instanceof ToolchainError)) {
      throw error;
    }
    process.stderr.write(`${error.problem}: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
