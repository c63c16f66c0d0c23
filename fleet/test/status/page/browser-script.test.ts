import assert from "node:assert/strict";
import { join } from "node:path";
import { browserScript } from "../../../status/page/browser-script.ts";
import { removedFolders } from "../../folder.ts";

describe("the script of the status page", () => {
  const folderOf = removedFolders();
  const scriptOf = async (files: Readonly<Record<string, string>>) =>
    browserScript(join((await folderOf(files)).path, "main.ts"));

  it("is one module, each file after those that it imports, without types", async () => {
    const script = await scriptOf({
      "main.ts":
        'import type { Text } from "./types.ts";\nimport {\n  twice,\n} from "./twice.ts";\nimport { one } from "./one.ts";\nconst all: Text = twice(one);\n',
      "twice.ts":
        'import { one } from "./one.ts";\nexport const twice = (text: string): string => text + one;\n',
      "one.ts": 'export const one = "1" as const;\n',
    });
    assert.equal(
      script.replace(/ +/g, " ").trim(),
      'const one = "1" ;\nconst twice = (text ) => text + one;\nconst all = twice(one);',
    );
  });

  it("is refused if it would end the script element of the page", async () => {
    await assert.rejects(
      scriptOf({ "main.ts": 'const end = "</SCRIPT>";\n' }),
      /would end the script element/,
    );
  });
});
