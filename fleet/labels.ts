/* The program's labels, for the sandbox, which imports nothing of the program but this folder. */
export { SERVICE_LABEL, TEAM_LABEL } from "../model/labels.ts";
