// IndexedDB, raw: stores, steps and transactions. Knows nothing of what is kept in them.
// `read` and `write` take the names of object stores and a function of them; inside it only their own methods may be awaited.
// A write resolves after the commit is on disk (durability "strict"), a read as soon as it has its answers. Every write here may be repeated without harm.

const LOST = ["InvalidStateError", "UnknownError"]; // iOS drops idle connections: reopen, try once more

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const under = (prefix) => IDBKeyRange.bound([prefix], [prefix, []]);

const methods = (store) => ({
  get: (key) => settled(store.get(key)),
  by: (index, key) => settled(store.index(index).get(key)),
  all: () => settled(store.getAll()),
  put: (value, key) => settled(store.put(value, key)),
  delete: (key) => settled(store.delete(key)),
  deleteUnder: (prefix) => settled(store.delete(under(prefix))),
  clear: () => settled(store.clear()),
});

// steps[n] takes the database from version n to n + 1. They are only ever added to, and only ever add:
// an older worker meeting a newer database opens it as it is.
function connect(name, steps, version) {
  return new Promise((resolve, reject) => {
    const request = version ? indexedDB.open(name, version) : indexedDB.open(name);
    request.onupgradeneeded = (change) => {
      for (const step of steps.slice(change.oldVersion)) step(request.result);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => (version && request.error.name === "VersionError" ? resolve(connect(name, steps)) : reject(request.error));
  });
}

async function transact(db, names, mode, work) {
  const transaction = db.transaction(names, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const committed = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("The phone did not keep it."));
  });
  committed.catch(() => {});
  let result;
  try {
    result = await work(Object.fromEntries(names.map((each) => [each, methods(transaction.objectStore(each))])));
  } catch (error) {
    try { transaction.abort(); } catch { /* it is over already */ }
    throw error;
  }
  if (mode === "readwrite") await committed;
  return result;
}

// A newer worker may want to upgrade it, or somebody deletes it: then this one must not bring it back.
function handle(db, connection) {
  db.onversionchange = (change) => {
    db.close();
    connection.opening = undefined;
    if (change.newVersion === null) connection.gone = true;
  };
  db.onclose = () => { connection.opening = undefined; };
  return db;
}

export function database(name, steps) {
  const connection = { opening: undefined, gone: false };

  function open() {
    if (connection.gone) throw new Error(`${name} was deleted`);
    connection.opening ??= connect(name, steps, steps.length).then((db) => handle(db, connection));
    connection.opening.catch(() => { connection.opening = undefined; });
    return connection.opening;
  }

  async function run(names, mode, work) {
    try {
      return await transact(await open(), names, mode, work);
    } catch (error) {
      if (connection.gone || !LOST.includes(error.name)) throw error;
      connection.opening = undefined;
      return transact(await open(), names, mode, work);
    }
  }

  return {
    name,
    read: (names, work) => run(names, "readonly", work),
    write: (names, work) => run(names, "readwrite", work),
    async destroy() {
      const db = await connection.opening?.catch(() => undefined);
      connection.gone = true;
      db?.close();
      await settled(indexedDB.deleteDatabase(name));
    },
  };
}
