import { stopShared } from "./control-plane.ts";

/** Mocha's root hooks, which stop what the engine tests share. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopShared();
  },
};
