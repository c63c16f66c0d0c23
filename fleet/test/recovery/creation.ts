import type { Creation } from "../../recovery/preview.ts";

/** A resource that the next `up` would create. Its type is the last one in its URN. */
export function creation(urn: string, more: Partial<Creation> = {}): Creation {
  return {
    urn,
    type: urn.split("::")[2]?.split("$").at(-1) ?? "",
    custom: true,
    provider: undefined,
    protect: true,
    inputs: {},
    ...more,
  };
}
