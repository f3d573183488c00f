// The reducers of every feature, in the order of the server's list. A kind whose entry is null is only shown as pending.
import { people } from "./people/people.js";
import { pledges } from "./pledges/pledges.js";
import { learn } from "./learn/learn.js";
import { networks } from "./networks/networks.js";
import { ally } from "./ally/ally.js";
import { stock } from "./stock/stock.js";
import { notices } from "./notices/notices.js";

export const reducers = { ...people, ...pledges, ...learn, ...networks, ...ally, ...stock, ...notices };
