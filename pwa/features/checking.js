// What no rule of a form can say about it: for a kind of action, the argument that is wrong and the key of the words for it, or null. The twin of what its apply asks first. Pure.
import { checks as stock } from "./stock/stock.js";

export const checking = { ...stock };
