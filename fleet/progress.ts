/** Shows the progress of a long operation: one updating line on a terminal, elsewhere a line every few seconds. */
interface Progress {
  tell(text: string): void;
  /** Writes a line that stays. */
  line(text: string): void;
  /** Removes the updating line. */
  end(): void;
}

const EVERY = { terminal: 100, plain: 5_000 };

export function progressOn(output: NodeJS.WriteStream): Progress {
  const every = output.isTTY ? EVERY.terminal : EVERY.plain;
  let lastReport = Date.now();
  let ticking = false;
  const end = () => {
    if (ticking) output.write("\r\u001b[K");
    ticking = false;
  };
  return {
    tell: (text) => {
      if (Date.now() - lastReport < every) return;
      lastReport = Date.now();
      ticking = output.isTTY;
      output.write(output.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
    },
    line: (text) => {
      end();
      output.write(`${text}\n`);
    },
    end,
  };
}

/** Writes a line for people beside the output. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
