import fc from "fast-check";

/** A stage in a stack file. */
export type Stage = Readonly<Record<string, unknown>> & {
  readonly stage: string;
  readonly after: readonly string[];
  readonly controlFlow?: boolean;
  readonly promotion?: string;
  readonly sync?: string;
  readonly verification?: object;
};

const stageName = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("dev", "staging", "prod", "prod-eu", "prod-us", "qa", "0", "constructor"),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9]{1,5}(-[a-z0-9]{1,4})?$/) },
);

const verification = fc.constantFrom(
  { templates: ["smoke"] },
  { templates: ["smoke", "load"], args: { url: "${{ ctx.stage }}", threshold: "0.95", empty: "" } },
);

const destination = fc.constantFrom<object>(
  {},
  { cluster: "prod-us" },
  { cluster: "https-like name", namespace: "apps-{service}-{stage}" },
  { namespace: "{stage}-{service}" },
  { namespace: "{service}" },
);

const drawnStage = fc.record({
  stage: stageName,
  /** A bit mask of upstream stages: usually the previous one, sometimes several or none. */
  upstreams: fc.oneof(fc.constant(1), fc.nat({ max: 63 })),
  controlFlow: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  promotion: fc.constantFrom("auto", "manual", "pull-request"),
  sync: fc.constantFrom("auto", "auto", "manual"),
  soak: fc.option(fc.constantFrom("30s", "90m", "1.5h", "24h", "1h1m1s")),
  selectionPolicy: fc.option(fc.constantFrom("NewestFreight", "MatchUpstream")),
  verification: fc.option(verification),
  destination: fc.option(destination),
});

/** The stages of a pipeline without cycles; each may come after any earlier ones. */
export const pipelineStages: fc.Arbitrary<readonly Stage[]> = fc
  .uniqueArray(drawnStage, { minLength: 1, maxLength: 6, selector: ({ stage }) => stage })
  .map((stages) =>
    stages.map((drawn, index) => {
      const { stage, upstreams, soak, controlFlow } = drawn;
      const before = stages.slice(0, index).toReversed();
      const after = before.filter((_, bit) => (upstreams >> bit) % 2 === 1).map((each) => each.stage);
      const common = { stage, after, ...(soak !== null && after.length > 0 && { soak }) };
      if (controlFlow) return { ...common, controlFlow };
      const { promotion, sync } = drawn;
      const fits = drawn.selectionPolicy === "NewestFreight" || after.length === 1;
      return {
        ...common,
        promotion,
        sync,
        ...(drawn.selectionPolicy !== null && fits && { selectionPolicy: drawn.selectionPolicy }),
        ...(drawn.verification !== null && { verification: drawn.verification }),
        ...(drawn.destination !== null && { destination: drawn.destination }),
      };
    }),
  );

/** Makes promotion manual behind a stage without health, as the checks require. */
export function deployments(stages: readonly Stage[]): readonly Stage[] {
  const byName = new Map(stages.map((each) => [each.stage, each]));
  const blind = (stage: Stage): boolean =>
    stage.after.some((upstream) => {
      const gate = byName.get(upstream);
      if (gate === undefined) return false;
      return gate.controlFlow ? blind(gate) : gate.sync === "manual" && gate.verification === undefined;
    });
  return stages.map((stage) => {
    if (stage.controlFlow || (stage.promotion !== "manual" && !blind(stage))) return stage;
    const { selectionPolicy: _, ...rest } = stage;
    return { ...rest, promotion: "manual" };
  });
}
