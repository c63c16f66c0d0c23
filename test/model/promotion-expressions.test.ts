import assert from "node:assert/strict";
import fc from "fast-check";
import { TASK_VARIABLES } from "../../model/task-variables.ts";
import { afterEdit, http, only, plus, withConfig } from "./promotion-files.ts";

describe("an expression in a promotion file", () => {
  it("reads only variables that Stages pass", () => {
    only(plus(http({ body: "to ${{ vars.imag }}, x" })), /vars\.imag is not a variable .*"image".*KF172/);
    only(plus(http({ body: "a: ${{ vars['owner'] }}" })), /vars\.owner is not a variable.*KF172/);
  });

  it("reads only earlier steps", () => {
    only(plus(http({ body: "a: ${{ task.outputs['later'].x }}" })), /"later" is not the alias.*KF172/);
    only(plus(http({ body: "a: ${{ outputs.push.branch }}" })), /cannot be checked.*KF172/);
    only(plus(http({ body: "a: ${{ vars[ctx.stage] }}" })), /vars in this form.*KF172/);
    only(plus(http({ body: "a: ${{ $env['ctx'] }}" })), /cannot be checked.*KF172/);
  });

  it("may leave no expression open, and use no other form than ${{ }}", () => {
    for (const body of ["a: ${{ vars.image", "a: ${% vars.image %}"])
      only(plus(http({ body })), /not closed.*KF172/);
  });

  it("reads secrets only in the headers of http", () => {
    const value = "Bearer ${{ sharedSecret('x').token }}";
    assert.deepEqual(plus(http({ headers: [{ name: "Authorization", value }] })), []);
    only(plus(http({ body: `token: ${value}` })), /outside the headers.*KF171/);
    for (const hidden of ["['a'] + sharedSecret('b') + ['c']", "'\\'' + sharedSecret('x') + ''"])
      only(plus(http({ body: `a: \${{ ${hidden} }}` })), /outside the headers.*KF171/);
    for (const hidden of ["/* ' */ sharedSecret('x')", "1 // '\n + sharedSecret('x')"])
      assert.match(plus(http({ body: `a: \${{ ${hidden} }}` })).join(), /has a comment.*KF172/);
    only(
      afterEdit("git-commit", withConfig({ message: "a: ${{ secret('x').token }}" })),
      /outside the headers.*KF171/,
    );
  });

  it("needs quotes around what could be a number, whatever the variable", () => {
    const digits = fc.stringMatching(/^[0-9eE.+-]{0,4}$/);
    fc.assert(
      fc.property(fc.constantFrom(...TASK_VARIABLES), digits, digits, (variable, before, after) => {
        const bare = `${before}\${{ vars.${variable} }}${after}`;
        only(plus(http({ body: bare })), /could become a number.*KF173/);
        assert.deepEqual(plus(http({ body: `\${{ quote(vars.${variable}) }}` })), []);
        assert.deepEqual(plus(http({ body: `@${bare}` })), []);
      }),
    );
  });

  it("needs the quotes around the whole expression", () => {
    for (const body of ["${{ quote(vars.pin) + vars.image }}", "${{ quote(vars.pin) }}${{ vars.image }}"])
      only(plus(http({ body })), /could become a number.*KF173/);
    assert.deepEqual(plus(http({ body: "${{ quote(vars.pin + ')' + (vars.image)) }}" })), []);
  });
});
