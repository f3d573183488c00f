// How each kind of action is taken back, asked before it is reduced: {said, kind, data}, `said` being "taken", "withdrawn" or "changed", or nothing. Pure.
import { undone as pledges } from "./pledges/pledges.js";

export const undoing = { ...pledges };
