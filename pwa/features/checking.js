// What no rule of a form can say about it: for a kind of action, the key of the words for what is wrong with its arguments, or "". The twin of what its apply asks first. Pure.
import { checks as stock } from "./stock/stock.js";

export const checking = { ...stock };
