import { visible } from "../../../report/escape.ts";
import { h, name, say } from "./elements.ts";
import type { Item } from "./states.ts";
import { durationText, NEED_WORDS, secondsBetween, timeText, versionText } from "./words.ts";

/** A time as an age, with the whole time for whoever points at it. */
export function age(since: string | undefined, at: string): HTMLElement | undefined {
  const seconds = secondsBetween(since, at);
  if (since === undefined || seconds === undefined) return undefined;
  return h("time", { datetime: since, title: timeText(since) }, durationText(seconds));
}

/** One thing that a Stage needs: since when, who may act, why, and the command. */
export function itemElement(item: Item, at: string, where: "list" | "row"): HTMLLIElement {
  const { service, stage, version, since, until, who, message, command } = item;
  const old = age(since, at);
  const facts = [
    version && name(versionText(version), "version"),
    old && h("span", {}, "for ", old),
    until === undefined ? undefined : h("span", {}, `until ${visible(timeText(until))}`),
    who === undefined ? undefined : h("span", {}, name(who), " may act"),
    message === undefined ? undefined : name(message, "message"),
  ].filter((fact) => fact !== undefined);
  const title =
    where === "list"
      ? [
          h("strong", {}, name(service.service)),
          " ",
          ...(stage ? [name(stage.stage, "tag"), " "] : []),
          name(service.team, "dim"),
        ]
      : [h("strong", {}, NEED_WORDS[item.need].title)];
  return h(
    "li",
    { class: `item ${item.need}` },
    h("p", { class: "what" }, ...title),
    h("p", { class: "facts" }, ...facts.flatMap((fact, index) => (index === 0 ? [fact] : [" · ", fact]))),
    command === undefined
      ? undefined
      : commandElement(command, `${service.service}, ${stage?.stage ?? "its Warehouse"}`),
  );
}

/**
 * A command with a button that copies it. A command with invisible characters, such as the end of a line, has no
 * button: what a terminal would run is not what is seen.
 */
function commandElement(command: string, of: string): HTMLElement {
  const shown = visible(command);
  const text = h("code", { class: "command" }, shown);
  if (shown !== command) return h("div", { class: "copy" }, text);
  const button = h(
    "button",
    { type: "button" },
    "Copy",
    h("span", { class: "unseen" }, ` the command for ${visible(of)}`),
  );
  button.addEventListener("click", async () => {
    const copied = await navigator.clipboard.writeText(command).then(
      () => true,
      () => false,
    );
    if (!copied) getSelection()?.selectAllChildren(text);
    say(copied ? "Copied" : "The command is selected. Copy it with the keyboard.");
    button.classList.toggle("done", copied);
  });
  return h("div", { class: "copy" }, text, button);
}
