import type { Caller, Timed } from "./caller.ts";
import { collectionOf, groupOf, type Layout, type Place, STAGES, selector } from "./objects.ts";

/** One thing that a team's user, a controller or a page asks. */
export interface Question {
  readonly name: string;
  /** How often it is asked at most. */
  readonly atMost: number;
  /**
   * Who asks.
   * @default a member of the service's team
   */
  readonly as?: "administrator";
  /** Asks about a service. @returns its answers, which are one page */
  ask(caller: Caller, place: Place, all: readonly Place[], layout: Layout): Promise<readonly Timed[]>;
}

const REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

export const QUESTIONS: readonly Question[] = [
  {
    name: "get one Stage",
    atMost: 200,
    ask: (caller, place) => one(caller, `${collectionOf("stages", place.namespace)}/${place.prefix}dev`),
  },
  {
    name: "list one service's Stages",
    atMost: 200,
    ask: (caller, place, _, layout) => one(caller, ofService("stages", place, layout)),
  },
  {
    name: "list one service's Promotions",
    atMost: 100,
    ask: (caller, place, _, layout) => one(caller, ofService("promotions", place, layout)),
  },
  {
    name: "list the Stages of a team's services",
    atMost: 50,
    ask: async (caller, place, all, layout) => {
      if (layout === "shared")
        return one(caller, `${collectionOf("stages", place.namespace)}?${selector({ team: place.team })}`);
      const own = all.filter(({ team }) => team === place.team);
      return Promise.all(own.map(({ namespace }) => caller.call("GET", collectionOf("stages", namespace))));
    },
  },
  {
    name: "start a watch on one service's Stages",
    atMost: 100,
    ask: async (caller, place, _, layout) => {
      const path = ofService("stages", place, layout);
      const watch = `${path}${path.includes("?") ? "&" : "?"}watch=1&resourceVersion=0`;
      return [await caller.watch(watch, STAGES.length)];
    },
  },
  {
    name: "start a watch on all that the user may list",
    atMost: 20,
    ask: async (caller, place, all, layout) => {
      const events = STAGES.length * (layout === "shared" ? all.length : 1);
      return [
        await caller.watch(`${collectionOf("stages", place.namespace)}?watch=1&resourceVersion=0`, events),
      ];
    },
  },
  {
    name: "may the team promote? yes",
    atMost: 200,
    as: "administrator",
    ask: (caller, place) => review(caller, place, place.team, true),
  },
  {
    name: "may another team promote? no",
    atMost: 200,
    as: "administrator",
    ask: (caller, place, all) =>
      review(caller, place, all.find(({ team }) => team !== place.team)?.team ?? "nobody", false),
  },
  {
    name: "open the project's page: Stages, Warehouses, Freight",
    atMost: 20,
    ask: (caller, { namespace }) =>
      Promise.all(
        ["stages", "warehouses", "freights"].map((kind) => caller.call("GET", collectionOf(kind, namespace))),
      ),
  },
  {
    name: "open the project's Promotions",
    atMost: 10,
    ask: (caller, { namespace }) => one(caller, collectionOf("promotions", namespace)),
  },
];

/** Only a shared namespace needs a selector: the API server then reads all and sends some. */
function ofService(kind: string, place: Place, layout: Layout): string {
  const path = collectionOf(kind, place.namespace);
  return layout === "shared" ? `${path}?${selector({ service: place.service })}` : path;
}

async function one(caller: Caller, path: string): Promise<readonly Timed[]> {
  return [await caller.call("GET", path)];
}

/** @throws Error if the answer is another one */
async function review(
  caller: Caller,
  { namespace, prefix }: Place,
  team: string,
  allowed: boolean,
): Promise<readonly Timed[]> {
  const resourceAttributes = {
    group: "kargo.akuity.io",
    resource: "stages",
    verb: "promote",
    name: `${prefix}prod`,
    namespace,
  };
  const spec = { user: "somebody", groups: [groupOf(team)], resourceAttributes };
  const answer = await caller.call("POST", REVIEWS, {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec,
  });
  const { status } = JSON.parse(answer.text) as { status?: { allowed?: boolean } };
  if (status?.allowed !== allowed) throw new Error(`the API server says ${answer.text.slice(0, 500)}`);
  return [answer];
}
