import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CASES } from "../cases.ts";
import { digestOf, type Recorded } from "../recorded.ts";

/*
 * `ask FILE` writes the questions for the Go test beside this, `keep FILE` takes its answers into recorded.jsonl.
 */

interface GoAnswer {
  readonly name: string;
  readonly refused?: string;
  readonly status?: number;
  readonly triggers?: readonly {
    readonly trigger: string;
    readonly result: string;
    readonly object?: object;
  }[];
}

const [, , command, file = ""] = process.argv;
if (command === "ask") {
  const questions = CASES.map(({ name, objects, delivery }) => ({
    name,
    eventSource: objects.eventSources[0],
    sensor: objects.sensors[0],
    secrets: objects.secrets,
    delivery: { ...delivery, body: Buffer.from(delivery.body).toString("base64") },
  }));
  writeFileSync(file, JSON.stringify(questions));
} else if (command === "keep") {
  const answers = JSON.parse(readFileSync(file, "utf8")) as readonly GoAnswer[];
  const lines = CASES.map((asked, index) => {
    const answer = answers[index];
    if (answer?.name !== asked.name) throw new Error(`${file} has no answer to: ${asked.name}`);
    const { refused, status = 0, triggers = [] } = answer;
    const recorded: Recorded = {
      name: asked.name,
      question: digestOf(asked),
      ...(refused === undefined
        ? {
            status,
            triggers: triggers.map(({ trigger, result, object }) => ({
              trigger,
              result,
              ...(object && { object }),
            })),
          }
        : { refused }),
    };
    return `${JSON.stringify(recorded)}\n`;
  });
  writeFileSync(join(import.meta.dirname, "recorded.jsonl"), lines.join(""));
} else {
  throw new Error("node record.ts ask FILE | keep FILE");
}
