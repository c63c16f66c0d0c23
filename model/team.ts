import { z } from "zod";
import { githubTeam } from "./git-host-names.ts";
import { notifySchema } from "./notifications.ts";
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
      "The only directory group that may promote and sync stages with manual gates. Default: the team.",
    examples: ["AD-Edge-Release"],
  }),
  owns: z
    .array(ownedPrefix)
    .optional()
    .meta({
      description: "Repositories and images that only this team may use, exact or with * at the end.",
      examples: [["acme/nginx*", "registry.example/edge/*"]],
    }),
  notify: notifySchema.optional().meta({
    description: "Where the team gets messages: what waits for it, and what failed. Default: nowhere.",
    examples: [{ slack: "edge-releases" }],
  }),
  github: z
    .strictObject({
      team: githubTeam.optional().meta({
        description: "The team's name on GitHub. Default: its name here.",
        examples: ["edge-engineers"],
      }),
      approvers: githubTeam.optional().meta({
        description: "The reviewers of values files of Stages with manual promotion. Default: the team.",
        examples: ["edge-release"],
      }),
    })
    .optional()
    .meta({
      description: "The team on GitHub, for the CODEOWNERS of the GitOps repository.",
      examples: [{ team: "edge-engineers" }],
    }),
});
