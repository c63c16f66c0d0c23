import assert from "node:assert/strict";
import fc from "fast-check";
import type { Cluster, ClusterAnswer } from "../cluster.ts";
import { readList } from "../lists.ts";

/** A list of numbers in pages, whose tokens have characters that an address must escape. */
function listOf(pages: readonly (readonly number[])[], broken?: number): Pick<Cluster, "send"> {
  const answer = (index: number, take?: (item: unknown) => void): ClusterAnswer => {
    if (index === broken) return { status: 410, body: { message: "the token is too old" } };
    const more = index + 1 < pages.length ? { continue: `+/${index + 1}&=` } : {};
    if (take) pages[index]?.forEach(take);
    return { status: 200, body: { items: [], metadata: more } };
  };
  return {
    send: async ({ path, take }) => {
      const { searchParams } = new URL(path, "https://api.example");
      assert.deepEqual([searchParams.get("limit"), searchParams.get("labelSelector")], ["3", "a in (b,c)"]);
      return answer(Number(/\d+/.exec(searchParams.get("continue") ?? "0")), take);
    },
  };
}

async function read(server: Pick<Cluster, "send">) {
  const taken: number[] = [];
  const cluster = { ...server, context: "", server: "", close: () => {} };
  const query = { limit: "3", labelSelector: "a in (b,c)" };
  const failed = await readList<number>(cluster, "/api/v1/numbers", query, (item) => taken.push(item));
  return { taken, failed };
}

describe("a list of the API server", () => {
  it("is read page by page, each object once", async () => {
    const pages = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pages, async (all) => {
        assert.deepEqual(await read(listOf(all)), { taken: all.flat(), failed: undefined });
      }),
    );
  });

  it("gives back the answer that ends it early", async () => {
    const { taken, failed } = await read(listOf([[1], [2], [3]], 1));
    assert.deepEqual([taken, failed?.status], [[1], 410]);
  });

  it("is not taken for empty if the answer is no list", async () => {
    const page: ClusterAnswer = { status: 200, body: { message: "<html>Sign in</html>" } };
    assert.deepEqual(await read({ send: async () => page }), { taken: [], failed: page });
  });
});
