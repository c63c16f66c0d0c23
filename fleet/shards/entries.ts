import { digest, type ValuesFilesInputs } from "../../components/values-files/provider.ts";
import type { Provisioned } from "../../model/provisioned.ts";
import { STACK } from "../engine-events.ts";
import { VALUES_FILES } from "../preview/urns.ts";
import type { Exported } from "../recovery/state.ts";
import { recordOf, resourcesOf, withChanged, withRecord } from "./exported-state.ts";

/** How a stack's services are selected, for its record. */
export type Selection = Provisioned["rollout"];

type Entries = ReturnType<typeof entriesOf>;

/** What a state says of services beside their resources. @throws FleetError if the record has an unknown form */
export function entriesOf(state: Exported) {
  const find = (type: string) => resourcesOf(state).find((each) => each.type === type);
  return {
    values: find(VALUES_FILES.type)?.inputs as ValuesFilesInputs | undefined,
    outputs: (find(STACK)?.outputs?.services ?? {}) as Record<string, unknown>,
    record: recordOf(state),
  };
}

/**
 * Replaces what a state says of services.
 * @param from the entries of the state from which they come; undefined if they leave
 */
export function described(
  state: Exported,
  services: ReadonlySet<string>,
  rollout: Selection,
  from?: Entries,
): Exported {
  const own = entriesOf(state);
  const changed = <Value>(
    mine: Readonly<Record<string, Value>>,
    theirs: Readonly<Record<string, Value>> = {},
  ) =>
    Object.fromEntries([
      ...Object.entries(mine).filter(([name]) => !services.has(name)),
      ...Object.entries(theirs).filter(([name]) => services.has(name)),
    ]);
  const listed = (mine: readonly string[] = [], theirs: readonly string[] = []) => [
    ...mine.filter((name) => !services.has(name)),
    ...theirs.filter((name) => services.has(name)),
  ];
  const { values } = own;
  const inputs = values && placed(changed(values.services, from?.values?.services), values, from?.values);
  const told = inputs
    ? withChanged(state, VALUES_FILES.type, (each) => ({
        inputs: { ...each.inputs, ...inputs },
        outputs: { ...each.outputs, digest: digest(inputs) },
      }))
    : state;
  const record = own.record ?? from?.record;
  if (record === undefined) return told;
  return withRecord(
    told,
    {
      ...record,
      rollout,
      services: changed(own.record?.services ?? {}, from?.record?.services),
      hooksOff: listed(own.record?.hooksOff, from?.record?.hooksOff),
      hooksLost: listed(own.record?.hooksLost, from?.record?.hooksLost),
      incomplete: listed(own.record?.incomplete, from?.record?.incomplete),
    },
    changed(own.outputs, from?.outputs),
  );
}

/** The inputs of values files as the program computes them: without services they have no place. */
function placed(
  services: ValuesFilesInputs["services"],
  own: ValuesFilesInputs,
  other: ValuesFilesInputs | undefined,
): ValuesFilesInputs {
  const { repository, branch, url } = own.repository === "" && other ? other : own;
  return Object.keys(services).length > 0
    ? { repository, branch, url, services }
    : { repository: "", branch: "", url, services };
}
