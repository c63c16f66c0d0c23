import { Listr, ListrLogger, type ListrTask, ProcessOutput } from "listr2";

/** One step of a long job, as a person sees it. */
export interface Step {
  readonly title: string;
  /** @returns the title once it is done */
  readonly work: (report: (doing: string) => void) => Promise<string>;
}

/** Plain lines come no closer than this unless it is their time, or a count would fill the log; milliseconds. */
const plainPause = 5_000;

/** Minutes and seconds, such as `3 min 05 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Runs steps one after the other and shows them: on a terminal as a list with the time ticking, elsewhere as plain
 * lines, at least one in `plainEvery` milliseconds so that nobody thinks that it hangs.
 *
 * @throws what the first failing step throws
 */
export async function showSteps(
  steps: readonly Step[],
  output: NodeJS.WritableStream,
  plainEvery: number,
): Promise<void> {
  // Some terminals (docker run -t, script) say that they have no columns; a list would be one letter wide there.
  const terminal = output === process.stdout && process.stdout.isTTY && process.stdout.columns > 20;
  let failure: unknown;
  const tasks = steps.map(
    (step): ListrTask => ({
      title: step.title,
      task: async (_, task) => {
        try {
          task.title = await ticking(
            step,
            terminal ? { every: 1_000, pause: 0 } : { every: plainEvery, pause: plainPause },
            (doing, elapsed) => {
              task.output = terminal ? `${doing}, ${elapsed}` : `${step.title}: ${doing}, ${elapsed}`;
            },
          );
        } catch (error) {
          failure = error;
          throw new Error("see below"); // the caller prints the whole message, once
        }
      },
    }),
  );
  try {
    await listOf(tasks, output, terminal).run();
  } catch (error) {
    throw failure ?? error;
  }
}

function listOf(
  tasks: ListrTask[],
  output: NodeJS.WritableStream,
  terminal: boolean,
): { run(): Promise<unknown> } {
  const shared = { concurrent: false, exitOnError: true, registerSignalListeners: false };
  if (terminal) {
    return new Listr(tasks, { ...shared, rendererOptions: { showErrorMessage: false } });
  }
  const stream = output as NodeJS.WriteStream; // only `write` is called
  const processOutput = new ProcessOutput(stream, stream);
  const logger = new ListrLogger({ processOutput, useIcons: true, toStderr: [] });
  return new Listr(tasks, { ...shared, renderer: "simple", rendererOptions: { logger } });
}

/** Does a step and tells about it: at its news, and at fixed times in between. */
async function ticking(
  step: Step,
  { every, pause }: { readonly every: number; readonly pause: number },
  tell: (doing: string, elapsed: string) => void,
): Promise<string> {
  const started = Date.now();
  let doing = "working";
  let told = 0;
  const tick = () => {
    told = Date.now();
    tell(doing, duration(told - started));
  };
  const ticker = setInterval(tick, every);
  try {
    return await step.work((what) => {
      const news = what !== doing;
      doing = what;
      if (news && Date.now() - told >= pause) {
        tick();
      }
    });
  } finally {
    clearInterval(ticker);
  }
}
