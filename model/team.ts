import { z } from "zod";
import { matching } from "./patterns.ts";

/** Kubernetes takes any text; what it takes of an annotation in all (256 KiB) is far above what directories allow. */
const directoryGroup = matching(
  /^(?!system:)(?=.{1,256}$)[^\s*]+( [^\s*]+)*$/,
  "is no directory group (at most 256 characters, nothing that starts with system:, no *).",
);

/** The last part of a GitHub team's address. */
const githubTeam = matching(
  /^[a-z0-9]([a-z0-9_-]{0,98}[a-z0-9])?$/,
  'is no team of GitHub: write the last part of its address, for example "edge-engineers".',
);

/** `acme/nginx*`, `registry.example/edge/*`, or a name as it is. */
const ownedPrefix = matching(
  /^[A-Za-z0-9][A-Za-z0-9./:_-]*\*?$/,
  "is neither a name nor a prefix with * at its end.",
).refine((prefix) => prefix.includes("/"), {
  error: ({ input }) => `${JSON.stringify(input)} has no slash: it would be everything of somebody.`,
});

/** A team of `services.json`: who may touch its services, and what is its own. */
export const team = z.strictObject({
  group: directoryGroup.meta({
    description: "The directory group whose members are the team.",
    examples: ["AD-Edge-Engineers"],
  }),
  approvers: directoryGroup.optional().meta({
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
