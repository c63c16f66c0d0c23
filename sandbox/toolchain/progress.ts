/** One step of a long job, for display. */
export interface Step {
  readonly title: string;
  /** @returns the title once it is done */
  readonly work: (report: (doing: string) => void) => Promise<string>;
}

/** The minimum interval between plain lines, so that a counter does not fill the log, in milliseconds. */
const plainPause = 5_000;

/** Minutes and seconds, such as `3 min 05 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Runs steps one after the other and shows them: on a terminal as one line with the elapsed time, elsewhere as
 * plain lines, at least one per `plainEvery` milliseconds.
 * @throws the error of the first failing step
 */
export async function showSteps(
  steps: readonly Step[],
  output: NodeJS.WritableStream,
  plainEvery: number,
): Promise<void> {
  const terminal = output === process.stdout && process.stdout.isTTY;
  const back = terminal ? "\r\u001b[K" : "";
  for (const { title, work } of steps) {
    const started = Date.now();
    let doing = "working";
    let lastReport = 0;
    const printLine = () => {
      lastReport = Date.now();
      const line = `${title}: ${doing}, ${duration(lastReport - started)}`;
      output.write(terminal ? back + line.slice(0, process.stdout.columns) : `${line}\n`);
    };
    if (!terminal) output.write(`${title}\n`);
    const ticker = setInterval(printLine, terminal ? 1_000 : plainEvery);
    try {
      const done = await work((what) => {
        const news = what !== doing;
        doing = what;
        if (news && (terminal || Date.now() - lastReport >= plainPause)) printLine();
      });
      output.write(`${back}✔ ${done}\n`);
    } catch (error) {
      output.write(`${back}✖ ${title}\n`);
      throw error;
    } finally {
      clearInterval(ticker);
    }
  }
}
