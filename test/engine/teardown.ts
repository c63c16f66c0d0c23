import { stopShared } from "./control-plane.ts";

/** Mocha's root hooks: what the engine tests share ends with the run. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopShared();
  },
};
