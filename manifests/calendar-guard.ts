import type { AccessConfig } from "../model/access.ts";
import { WINDOWS_NAMESPACE } from "../model/names.ts";
import { type Guard, guard } from "./admission.ts";
import { CALENDAR, STOP } from "./calendar.ts";
import { anyOf, text } from "./cel.ts";
import { breaksGlass, isDeployer, isIn, KUBERNETES } from "./requesters.ts";

const id = 'k.split(".")[0]';
const isOwn = `variables.after[?(${id} + ".by")].orValue("") == request.userInfo.username`;

/**
 * Who may write what closes Stages, whatever RBAC grants: the deployer the calendar, the incident group the stops.
 * Break-glass may write both. An administrator may create them empty, which changes nothing.
 */
export function calendarGuard(access: AccessConfig): Guard {
  const { breakGlass, incident = breakGlass } = access;
  return guard({
    name: "kargo-fleet-calendar",
    resources: {
      apiGroups: [""],
      apiVersions: ["v1"],
      resources: ["configmaps"],
      operations: ["CREATE", "UPDATE", "DELETE"],
    },
    // A request to delete several objects has no name, but each object has one.
    about: `request.namespace == ${text(WINDOWS_NAMESPACE)} && (oldObject == null ? object : oldObject).metadata.name in ${JSON.stringify([CALENDAR, STOP])}`,
    variables: {
      name: "(oldObject == null ? object : oldObject).metadata.name",
      before: "oldObject == null ? {} : oldObject.?data.orValue({})",
      after: "object == null ? {} : object.?data.orValue({})",
      unchanged:
        "object != null && variables.before == variables.after && !object.?immutable.orValue(false) && object.?binaryData.orValue({}).size() == 0",
      breakGlass: breaksGlass(access),
      signed: [
        `variables.after.all(k, variables.before[?k] == variables.after[?k] || ${isOwn})`,
        `variables.before.all(k, k in variables.after || !((${id} + ".by") in variables.after) || ${isOwn})`,
        // Else anybody of the group could take the author off a stop and then change the rest.
        `variables.after.all(k, (${id} + ".by") in variables.after || !((${id} + ".by") in variables.before))`,
      ].join(" && "),
    },
    demands: [
      {
        expression: anyOf(
          "variables.unchanged",
          "variables.breakGlass",
          `object == null && (${KUBERNETES})`,
          `variables.name == ${text(CALENDAR)} && object != null && ${isDeployer(access)}`,
          `variables.name == ${text(STOP)} && object != null && ${incident === undefined ? "false" : isIn(incident)}`,
        ),
        message: `Windows and freezes are changed by the deployer (${access.deployer}) alone: change the stack's config. ${incident === undefined ? "Nobody stops the line, because access.incident names no group." : `The line is stopped and resumed by ${incident} alone.`}`,
      },
      {
        expression: `variables.name != ${text(STOP)} || object == null || variables.unchanged || variables.signed`,
        message: "A stop carries the name of the user who makes or changes it (<id>.by).",
      },
      {
        expression:
          "object == null || (!object.?immutable.orValue(false) && object.metadata.?ownerReferences.orValue([]).size() == 0)",
        message:
          "The calendar and the stops stay changeable and have no owner: nobody could end an immutable stop, and Kubernetes deletes what a missing owner owns.",
      },
    ],
  });
}
