import { z } from "zod";
import { githubTeam } from "./github-names.ts";
import { matching, shown } from "./patterns.ts";
import { groupName } from "./subjects.ts";

/** `acme/nginx*`, `registry.example/edge/*`, or an exact name. */
const ownedPrefix = matching(
  /^[A-Za-z0-9][A-Za-z0-9./:_-]*\*?$/,
  "is neither a name nor a prefix with * at its end.",
).refine((prefix) => prefix.includes("/"), {
  error: ({ input }) => `${shown(input)} has no slash, so it would cover everything of its owner.`,
});

/** A team of `services.json`: its group, its approvers, and what it owns. */
export const team = z.strictObject({
  group: groupName.meta({
    description: "The directory group whose members are the team.",
    examples: ["AD-Edge-Engineers"],
  }),
  approvers: groupName.optional().meta({
    description:
      "The directory group that alone promotes and syncs what waits for a person. Default: the team.",
    examples: ["AD-Edge-Release"],
  }),
  owns: z
    .array(ownedPrefix)
    .optional()
    .meta({
      description: "What is the team's own: repositories and images, exact or with * at the end.",
      examples: [["acme/nginx*", "registry.example/edge/*"]],
    }),
  github: z
    .strictObject({
      team: githubTeam
        .optional()
        .meta({ description: "Its name there. Default: its name here.", examples: ["edge-engineers"] }),
      approvers: githubTeam.optional().meta({
        description: "Who reviews the values files of Stages that a person promotes. Default: the team.",
        examples: ["edge-release"],
      }),
    })
    .optional()
    .meta({
      description: "The team at GitHub, for the CODEOWNERS of the GitOps repository.",
      examples: [{ team: "edge-engineers" }],
    }),
});
