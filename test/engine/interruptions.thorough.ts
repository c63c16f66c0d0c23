import { sampled } from "../sampling.ts";
import { itRepairs, POINTS, servicesOf } from "./interrupted-up/repairs.ts";
import { type InterruptibleFleet, openInterruptibleFleet } from "./interrupted-up/stack.ts";

/** By default every fifth: each victim once, at both moments. */
const TRIED = POINTS.filter((_, index) => index % sampled(1, 5) === 0);

describe("fleet recover after an up of which any process died", () => {
  let fleet: InterruptibleFleet;

  before(async () => {
    fleet = await openInterruptibleFleet(servicesOf(TRIED));
  });
  after(() => fleet?.close());

  itRepairs(TRIED, () => fleet);
});
