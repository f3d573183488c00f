// express-pouchdb on loopback as pouchdb-server mounts it, without its logger: pouch_server.cjs <port> <folder>
const [port, folder] = process.argv.slice(2)
const express = require("express")
const PouchDB = require("pouchdb").defaults({ prefix: `${folder}/` })
const app = express()
app.use("/", require("express-pouchdb")(PouchDB, { inMemoryConfig: true, mode: "minimumForPouchDB" }))
app.listen(Number(port), "127.0.0.1")
