import type { GuardPlan } from "../model/guard-plan.ts";
import { ARGOCD_NAMESPACE, applicationName, buildNamespace, projectName } from "../model/names.ts";
import { type AllowedKind, IT, nameOf, SERVICE } from "./allowed-kind.ts";
import { type Application, destination } from "./argo-cd.ts";
import { allOf, anyOf, formed, onlyKeys, text } from "./cel.ts";
import { sampleRows } from "./inventory/sample.ts";

const SPEC = `${IT}.spec`;
/** An Application's name as a regular expression in CEL. */
const APPLICATION = nameOf(applicationName("{service}", "{stage}"));
/** A service's Kargo Project in CEL. */
const PROJECT = nameOf(projectName("{service}"));
/** Checks a service's name before it becomes part of an expression. */
const IS_SERVICE = `${SERVICE}.matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$") && ${SERVICE} != "default"`;

const inArgoCd = (it: string) => `${it}.metadata.namespace == ${text(ARGOCD_NAMESPACE)}`;

/**
 * The limits for AppProjects and Applications: from the GitOps repository, to the destinations of the stack's
 * pipelines.
 */
export function allowedApplications(guard: GuardPlan): readonly AllowedKind[] {
  const policy = `"^p, proj:" + ${SERVICE} + ":(team|approvers), applications, (get|sync), " + ${SERVICE} + "/" + ${APPLICATION} + ", allow$"`;
  const role = allOf(
    onlyKeys("r", ["name", "description", "policies", "groups"]),
    `r.policies.all(p, p.matches(${policy}))`,
    "r.groups.all(g, g in variables.quoted)",
  );
  return [
    {
      kind: "appprojects.argoproj.io",
      named: inArgoCd,
      shared: true,
      form: allOf(
        IS_SERVICE,
        `${IT}.metadata.name == ${SERVICE}`,
        onlyKeys(SPEC, ["description", "sourceRepos", "destinations", "clusterResourceWhitelist", "roles"]),
        `${SPEC}.sourceRepos == [${text(guard.gitops)}]`,
        `${SPEC}.destinations.all(d, ${isDestination("d", guard)})`,
        `${SPEC}.clusterResourceWhitelist.all(w, ${formed("w", { exactly: { group: "", kind: "Namespace" }, any: ["name"] })} && ${SPEC}.destinations.exists(d, d.namespace == w.name))`,
        `${SPEC}.roles.all(r, ${role})`,
        untouched("status"),
      ),
      says: "AppProjects called as their service: from the GitOps repository, to the service's own namespaces, for groups of the catalogue",
    },
    {
      kind: "applications.argoproj.io",
      named: inArgoCd,
      shared: true,
      form: allOf(
        IS_SERVICE,
        `${IT}.metadata.name.matches("^" + ${APPLICATION} + "$")`,
        onlyKeys(SPEC, ["project", "source", "destination", "syncPolicy"]),
        `${SPEC}.project == ${SERVICE}`,
        onlyKeys(`${SPEC}.source`, ["repoURL", "targetRevision", "path", "helm"]),
        `${SPEC}.source.repoURL == ${text(guard.gitops)}`,
        onlyKeys(`${SPEC}.source.helm`, ["valueFiles"]),
        isDestination(`${SPEC}.destination`, guard),
        anyOf(...syncOptions().map((options) => `${SPEC}.syncPolicy.syncOptions == ${options}`)),
        untouched("operation", "status"),
        `${IT}.metadata.?annotations[?"kargo.akuity.io/authorized-stage"].orValue(${PROJECT} + ":").matches("^" + ${PROJECT} + ":[a-z0-9-]*$")`,
      ),
      says: `Applications called ${applicationName("<service>", "<stage>")}, in the service's own AppProject, from the GitOps repository, to the service's own namespaces`,
    },
  ];
}

/** The lists of sync options of the program's Applications, in CEL. `customize.ts` may cause several lists. */
function syncOptions(): readonly string[] {
  const applications = sampleRows().filter(({ manifest }) => manifest.kind === "Application");
  const lists = applications.map(({ manifest }) => (manifest as Application).spec.syncPolicy.syncOptions);
  return [...new Set(lists.map((options) => JSON.stringify(options)))];
}

/** Whether fields that Argo CD writes besides the spec are unchanged. */
function untouched(...keys: readonly string[]): string {
  return `${JSON.stringify(keys)}.all(k, ${IT}[?k] == variables.before[?k])`;
}

/**
 * Whether this is a destination of one of the service's stages. A namespace of Argo CD's own cluster must not
 * belong to anybody else.
 */
function isDestination(place: string, { destinations }: GuardPlan): string {
  const namespace = `${place}.namespace`;
  const each = destinations.map(({ cluster, namespace: template }) => {
    const { namespace: _, ...target } = destination({ cluster, namespace: "" });
    const own = [projectName(""), buildNamespace("")]
      .filter((prefix) => !template.startsWith(prefix))
      .map((prefix) => `!${namespace}.startsWith(${text(prefix)})`);
    const free = cluster === undefined ? [`!(${namespace} in variables.reserved)`, ...own] : [];
    return allOf(
      formed(place, { exactly: target, any: ["namespace"] }),
      matches(namespace, template),
      ...free,
    );
  });
  return each.length === 0 ? "false" : `(${anyOf(...each)})`;
}

/** CEL that tests whether a namespace matches a template with the service's name and any stage. */
function matches(namespace: string, template: string): string {
  return `${namespace}.matches("^" + ${nameOf(template)} + "$")`;
}
