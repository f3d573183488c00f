// How each kind of action is taken back, asked before it is reduced: {said, kind, data}, `said` being the key of its words ("taken", "left" …), or nothing. Without a kind it is only said. Pure.
import { undone as ally } from "./ally/ally.js";
import { undone as networks } from "./networks/networks.js";
import { undone as pledges } from "./pledges/pledges.js";
import { undone as stock } from "./stock/stock.js";

export const undoing = { ...pledges, ...networks, ...ally, ...stock };
