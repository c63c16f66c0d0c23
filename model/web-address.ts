import { z } from "zod";

/** An https address without a slash at its end, so that a path can follow. */
export const webAddress = z
  .url({ protocol: /^https$/, error: "must be an https address" })
  .refine((url) => !url.endsWith("/"), {
    error: "must not end in a slash",
  });
