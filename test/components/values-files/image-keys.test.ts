import assert from "node:assert/strict";
import { lackingKeys } from "../../../components/values-files/image-keys.ts";
import { playground, token } from "../../github-playground.ts";

const FILES = {
  "all.yaml": 'images:\n  web:\n    tag: "v1"\n  worker:\n    # ours\n    tag:\n',
  "one.yaml": 'images:\n  web:\n    tag: ""\n',
  "single.yaml": 'image:\n  tag: "v1"\n',
  "wrong.yaml": 'images:\n  web:\n    tag: { a: 1 }\n  worker:\n    tag: "v1"\n',
  "broken.yaml": "images: [\n",
};
const KEYS = ["images.web.tag", "images.worker.tag"];

describe("the keys that values files lack", function () {
  this.timeout(60_000);
  const server = playground({ repositories: [{ name: "acme/gitops", files: FILES }] });
  const lacking = (paths: readonly string[], auth: string | undefined = token) => {
    const target = { repository: "acme/gitops", branch: "main", url: server().github.url };
    const wanted = paths.map((path) => ({ service: "shop", path, keys: KEYS }));
    return lackingKeys(target, wanted, { auth });
  };

  it("are those that Kargo could not change: missing ones, and ones that hold more than a text", async () => {
    const found = await lacking(Object.keys(FILES));
    assert.deepEqual(Object.fromEntries(found.map(({ path, keys }) => [path, keys])), {
      "one.yaml": ["images.worker.tag"],
      "single.yaml": KEYS,
      "wrong.yaml": ["images.web.tag"],
      "broken.yaml": KEYS,
    });
  });

  it("are none in a file that does not exist, because it is written with all keys", async () => {
    assert.deepEqual(await lacking(["services/new/values-dev.yaml"]), []);
  });

  it("cost no call if no image is new", async () => {
    assert.deepEqual(await lacking([], undefined), []);
    assert.deepEqual(server().github.requests(), []);
  });
});
