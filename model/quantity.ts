import { z } from "zod";
import { matching } from "./patterns.ts";

/**
 * A positive quantity, as `resource.ParseQuantity` of k8s.io/apimachinery parses it. A number is valid too, as in
 * the API server.
 */
const QUANTITY =
  /^\+?(?=[0-9.]*[1-9])([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]{1,3})?$/;

export const quantity = z.preprocess(
  (value) => (typeof value === "number" ? String(value) : value),
  matching(QUANTITY, 'is not a positive Kubernetes quantity: write for example "2", "500m", "4Gi" or "10k".'),
);
