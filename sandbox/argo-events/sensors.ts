import { z } from "zod";
import { refuse } from "./refusal.ts";

/** Go leaves a field at its zero value where JSON has `null`; `absent` and `null` are the same everywhere below. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? undefined);
const maybe = <Inner extends z.ZodType>(inner: Inner) =>
  inner.nullish().transform((value) => (value ?? undefined) as z.output<Inner> | undefined);

const dataFilter = z.object({
  path: text,
  type: text,
  value: list(z.string()).transform((values) => values ?? []),
  comparator: text,
  template: text,
});

const filters = z.object({
  data: list(dataFilter),
  dataLogicalOperator: text,
  time: z.unknown().optional(),
  context: z.unknown().optional(),
  exprs: z.unknown().optional(),
  exprLogicalOperator: text,
  script: text,
});

const dependency = z.object({
  name: text,
  eventSourceName: text,
  eventName: text,
  filters: maybe(filters),
  filtersLogicalOperator: text,
  transform: z.unknown().optional(),
});

const parameter = z.object({
  src: maybe(
    z.object({
      dependencyName: text,
      dataKey: text,
      dataTemplate: text,
      contextKey: text,
      contextTemplate: text,
      value: maybe(z.string()),
      useRawData: maybe(z.boolean()),
    }),
  ),
  dest: text,
  operation: text,
});

const number = maybe(z.unknown());

const trigger = z.object({
  template: maybe(
    z.looseObject({
      name: text,
      conditions: text,
      conditionsReset: z.unknown().optional(),
      k8s: maybe(
        z.object({
          source: maybe(z.looseObject({ resource: maybe(z.record(z.string(), z.json())) })),
          operation: text,
          parameters: list(parameter),
        }),
      ),
    }),
  ),
  parameters: list(z.unknown()),
  policy: z.unknown().optional(),
  retryStrategy: maybe(
    z.object({
      steps: maybe(z.int32()),
      duration: maybe(z.union([z.int(), z.string()])),
      factor: number,
      jitter: number,
    }),
  ),
  rateLimit: maybe(z.object({ unit: text, requestsPerUnit: maybe(z.int32()) })),
  atLeastOnce: maybe(z.boolean()),
  dlqTrigger: z.unknown().optional(),
});

/** A Sensor as Argo Events decodes it: keys that it does not know are not there, which is how a typo loses a push. */
const sensor = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    dependencies: list(dependency).transform((items) => items ?? []),
    triggers: list(trigger).transform((items) => items ?? []),
    eventBusName: text,
    replicas: maybe(z.int32()),
  }),
});

export type Sensor = z.infer<typeof sensor>;
export type Dependency = z.infer<typeof dependency>;
export type DataFilter = z.infer<typeof dataFilter>;
export type Trigger = z.infer<typeof trigger>;
export type Parameter = z.infer<typeof parameter>;

/**
 * A Sensor read and checked as Argo Events' controller does before it deploys one (pkg/reconciler/sensor/validate.go).
 *
 * @throws Refusal where the controller cannot decode it (it then stops for every Sensor), where it refuses it (it then
 *   deploys nothing), and where it uses what this evaluator does not know
 */
export function readSensor(object: unknown): Sensor {
  const { success, data, error } = sensor.safeParse(object);
  const name = nameOf(object);
  if (!success) {
    return refuse(
      `${name}: Argo Events cannot decode it, and its controller stops for every Sensor.\n${z.prettifyError(error)}`,
    );
  }
  const wrong = problemOf(data);
  if (wrong !== undefined)
    refuse(`${name}: Argo Events' controller refuses it and deploys nothing: ${wrong}.`);
  const panics = data.spec.triggers.find(
    ({ rateLimit }) => rateLimit !== undefined && (rateLimit.requestsPerUnit ?? 0) <= 0,
  );
  if (panics !== undefined) {
    refuse(`${name}: a rateLimit of no requests (trigger ${panics.template?.name}) makes its pod panic.`);
  }
  const unknown = beyondOf(data);
  if (unknown !== undefined) refuse(`${name}: ${unknown} is beyond this evaluator.`);
  return data;
}

function nameOf(object: unknown): string {
  const named = z.object({ metadata: z.object({ name: z.string() }) }).safeParse(object);
  return `Sensor ${named.success ? named.data.metadata.name : "without a name"}`;
}

const OPERATORS = ["", "and", "or"];
const COMPARATORS = ["", ">=", ">", "=", "!=", "<", "<="];
const PARAMETER_OPERATIONS = ["", "append", "prepend", "overwrite"];

function problemOf({ spec }: Sensor): string | undefined {
  if (spec.dependencies.length === 0) return "no event dependencies found";
  if (spec.triggers.length === 0) return "no triggers found";
  for (const { name, eventSourceName, eventName, filters: by, filtersLogicalOperator } of spec.dependencies) {
    if (name === "" || eventSourceName === "" || eventName === "") {
      return "a dependency lacks its name, eventSourceName or eventName";
    }
    const operators = [filtersLogicalOperator, by?.dataLogicalOperator ?? "", by?.exprLogicalOperator ?? ""];
    if (!operators.every((operator) => OPERATORS.includes(operator))) {
      return `a logical operator of dependency ${name} is not supported`;
    }
    for (const { path, type, value, comparator } of by?.data ?? []) {
      if (!COMPARATORS.includes(comparator)) return `comparator ${comparator} of ${path} is not supported`;
      if (path === "" || type === "" || value.length === 0 || value.includes("")) {
        return `a data filter of dependency ${name} lacks path, type or value`;
      }
    }
  }
  const names = spec.triggers.map(({ template }) => template?.name ?? "");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return (
    spec.triggers.map(triggerProblemOf).find((problem) => problem !== undefined) ??
    (twice === undefined ? undefined : `duplicate trigger name ${twice}`)
  );
}

function triggerProblemOf({ template }: Trigger): string | undefined {
  if (template === undefined || template.name === "") return "a trigger lacks its template or name";
  const { name, k8s } = template;
  if (k8s === undefined) return undefined;
  if (k8s.source === undefined) return `trigger ${name} has no source`;
  if (!["", "create", "patch", "update", "delete"].includes(k8s.operation)) {
    return `trigger ${name} has the unknown operation ${k8s.operation}`;
  }
  for (const { src, dest, operation } of k8s.parameters ?? []) {
    if (src === undefined || src.dependencyName === "" || dest === "") {
      return `a parameter of trigger ${name} lacks src, src.dependencyName or dest`;
    }
    if (!PARAMETER_OPERATIONS.includes(operation)) {
      return `a parameter of trigger ${name} has the unknown operation ${operation}`;
    }
  }
  return undefined;
}

/** What Argo Events can do and this evaluator cannot; saying nothing would be saying that it does nothing. */
function beyondOf({ spec }: Sensor): string | undefined {
  for (const { name, filters: by, transform } of spec.dependencies) {
    const kinds = [by?.time, by?.context, by?.exprs, transform].some(
      (kind) => kind !== undefined && kind !== null,
    );
    if (kinds || (by?.script ?? "") !== "") {
      return `a time, context, expr or script filter or a transform of dependency ${name}`;
    }
    if (by?.data?.some(({ template }) => template !== "")) return `a filter's template in dependency ${name}`;
  }
  for (const { template, parameters, policy, dlqTrigger } of spec.triggers) {
    const name = template?.name ?? "";
    const other = OTHER_TRIGGERS.find((key) => (template?.[key] ?? undefined) !== undefined);
    if (other !== undefined) return `${other} of trigger ${name}`;
    if (!["", "create"].includes(template?.k8s?.operation ?? ""))
      return `an operation but create in trigger ${name}`;
    if (template?.k8s?.source !== undefined && template.k8s.source.resource === undefined) {
      return `a source but resource in trigger ${name}`;
    }
    if ((parameters?.length ?? 0) > 0) return `parameters beside the template of trigger ${name}`;
    if ((policy ?? dlqTrigger ?? undefined) !== undefined) return `a policy or dlqTrigger of trigger ${name}`;
    const context = template?.k8s?.parameters?.some(
      ({ src }) => src?.contextKey !== "" || src.contextTemplate !== "",
    );
    if (context) return `contextKey or contextTemplate in trigger ${name}`;
  }
  return undefined;
}

const OTHER_TRIGGERS = [
  "argoWorkflow",
  "http",
  "awsLambda",
  "custom",
  "kafka",
  "nats",
  "slack",
  "openWhisk",
  "log",
  "azureEventHubs",
  "pulsar",
  "azureServiceBus",
  "email",
  "conditionsReset",
] as const;
