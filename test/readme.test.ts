import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { formatProblem, InvalidInput } from "../model/diagnostics.ts";
import { losses } from "../model/losses.ts";
import { makePlan, type Plan } from "../model/plan.ts";
import { provisioned } from "../model/provisioned.ts";
import { NOW, readCatalogueText, readStackText } from "./sources.ts";

const PAGE = readFileSync("README.md", "utf8");
const EXAMPLE = /```json\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
const config = readStackText(readFileSync("Pulumi.prod.yaml", "utf8"), "Pulumi.prod.yaml");

function planWith(text: string): Plan {
  return makePlan(readCatalogueText(text), config, NOW);
}

/** The problems that stop a plan. */
function problemsWith(text: string): string[] {
  try {
    planWith(text);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(formatProblem);
    throw error;
  }
}

/** The messages of the page with this code. */
const shown = (code: string) => PAGE.split("\n").filter((line) => line.endsWith(`[${code}]`));

describe("README.md shows for its own example", () => {
  it("the message for a misspelt pipeline", () => {
    assert.deepEqual(problemsWith(EXAMPLE), []);
    assert.deepEqual(shown("KF050"), problemsWith(EXAMPLE.replace('"regulated"', '"regulatd"')));
  });

  it("the message for a removed entry", () => {
    const without = EXAMPLE.replace(/ {4}"auth".*\n/, "");
    const next = { plan: planWith(without), catalogue: readCatalogueText(without), config };
    const lost = losses(provisioned(planWith(EXAMPLE)), next).map(formatProblem);
    assert.deepEqual(shown("KF090"), lost);
  });
});
