import assert from "node:assert/strict";
import { execa } from "execa";
import fc from "fast-check";
import { appProject } from "../../manifests/argo-cd.ts";
import { deployingStages, type ServicePlan } from "../../model/plan.ts";
import { ARGO_CD_PROGRAMS } from "../../sandbox/argo-cd.ts";
import { ensurePrograms } from "../../sandbox/toolchain/for-tests.ts";
import { sampled } from "../sampling.ts";
import { catalogueText, planOf, service } from "../sources.ts";

interface Question {
  readonly groups: readonly string[];
  readonly action: readonly [kind: string, action: string, object: string];
}

interface Verdict {
  readonly problems: readonly string[];
  readonly allowed: readonly boolean[];
}

/** Every action on Applications in Argo CD. */
const ACTIONS = ["get", "sync", "create", "update", "delete", "override", "action/apps/Deployment/restart"];

function plans(group: string, approvers?: string): readonly ServicePlan[] {
  const teams = {
    edge: { group, ...(approvers !== undefined && { approvers }) },
    other: { group: "AD-Other" },
  };
  const services = { nginx: service("nginx"), "nginx-extra": service("nginx-extra", { team: "other" }) };
  return planOf(catalogueText(services, teams)).services;
}

/** The groups that may do it according to the plan. */
function promised({ access, ...plan }: ServicePlan, application: string, action: string): string[] {
  const manual = deployingStages(plan).some(
    ({ deployment }) => deployment.application === application && deployment.sync === "manual",
  );
  const groups = action === "get" ? [access.team.group, access.approvers.group] : [];
  return action === "sync" && manual ? [access.approvers.group] : groups;
}

/** Each group and action on each Application of both services, and whether the plan allows it. */
function matrix(services: readonly ServicePlan[]): readonly { question: Question; expected: boolean }[] {
  const groups = new Set(services.flatMap(({ access }) => [access.team.group, access.approvers.group]));
  return services.flatMap((plan) =>
    deployingStages(plan).flatMap(({ deployment: { application } }) =>
      ACTIONS.flatMap((action) =>
        [...groups, "AD-Nobody"].map((group) => ({
          question: {
            groups: [group],
            action: ["applications", action, `${plan.appProject}/${application}`],
          },
          expected: promised(plan, application, action).includes(group),
        })),
      ),
    ),
  );
}

/** Names of directory groups that `services.json` accepts, especially those that are difficult in LDAP and CSV. */
const groupName = fc
  .array(
    fc.oneof(
      fc.constantFrom("CN=", "OU=", ",", '"', '""', " ", "#", "\\", "'", ":", "é", "g, "),
      fc.string(),
    ),
  )
  .map((parts) => parts.join(""))
  .filter((name) => /^(?!system:|proj:|role:)(?=.{1,256}$)[^\s*]+( [^\s*]+)*$/.test(name));

describe("the roles of an AppProject, evaluated by Argo CD's own policy code", () => {
  let argoCd = "";
  before(async () => {
    argoCd = (await ensurePrograms(ARGO_CD_PROGRAMS, { quiet: true }))["sandbox-argo-cd"];
  });

  async function verdicts(all: readonly (readonly ServicePlan[])[]): Promise<readonly Verdict[]> {
    const inquiries = all.map((services) =>
      JSON.stringify({
        projects: services.map(appProject),
        questions: matrix(services).map(({ question }) => question),
      }),
    );
    const { stdout } = await execa(argoCd, ["policy"], { input: inquiries.join("\n") });
    return stdout.split("\n").map((line) => JSON.parse(line) as Verdict);
  }

  async function wrong(services: readonly ServicePlan[]): Promise<readonly Question[]> {
    const [verdict] = await verdicts([services]);
    return matrix(services)
      .filter(({ expected }, index) => verdict?.allowed[index] !== expected)
      .map(({ question }) => question);
  }

  it("let the approvers sync prod, the whole team read, nobody do more, and nobody touch nginx-extra beside nginx", async () => {
    assert.deepEqual(await wrong(plans("AD-Edge", "AD-Edge-Release")), []);
  });

  it("let the team sync prod if it has no approvers", async () => {
    assert.deepEqual(await wrong(plans("AD-Edge")), []);
  });

  it("are valid for Argo CD's API server, even for an LDAP group", async () => {
    const services = plans("CN=Edge,OU=Groups,DC=acme,DC=example", "Release Managers, Europe");
    assert.deepEqual((await verdicts([services]))[0]?.problems, []);
    assert.deepEqual(await wrong(services), []);
  });

  it("work for groups with any name", async () => {
    const pairs = fc.sample(fc.tuple(groupName, groupName), sampled(500, 100));
    const all = pairs.map(([group, approvers]) => plans(group, approvers));
    const answers = await verdicts(all);
    for (const [index, services] of all.entries()) {
      const expected = matrix(services).map((cell) => cell.expected);
      assert.deepEqual(answers[index]?.allowed, expected, JSON.stringify(pairs[index]));
    }
  });
});
