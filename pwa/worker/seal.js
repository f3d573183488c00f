// What rests on the phone goes through this pair: record bodies and outbox entries. The identity until encryption at rest is built.
// Always called outside a transaction: real cryptography awaits, and an IndexedDB transaction does not wait for that.

export const seal = async (value) => value;

export const open = async (value) => value;
