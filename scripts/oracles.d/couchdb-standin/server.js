// Stands in for CouchDB, which no registry has: PouchDB over memory, with what Fabric's peers ask for beside it. It shows
// that the configuration of peers is right, their address, credentials and indexes; of CouchDB itself it shows nothing.
// It starts empty. The administrator is COUCHDB_USER with COUCHDB_PASSWORD, as in CouchDB's image.
"use strict";

const express = require("express");
const PouchDB = require("pouchdb-core")
  .plugin(require("pouchdb-adapter-memory"))
  .plugin(require("pouchdb-adapter-http"))
  .plugin(require("pouchdb-mapreduce"))
  .plugin(require("pouchdb-find"))
  .defaults({ adapter: "memory" });

const PORT = 5984;
const { COUCHDB_USER: user, COUCHDB_PASSWORD: password } = process.env;
if (!user || !password) {
  console.error("COUCHDB_USER and COUCHDB_PASSWORD must be set");
  process.exit(1);
}
const credentials = "Basic " + Buffer.from(`${user}:${password}`).toString("base64");
const securityOf = new Map();

const server = express();
server.get("/_up", (_, answer) => answer.json({ status: "ok" }));

server.use((request, answer, next) => {
  if (request.headers.authorization === credentials) return next();
  answer.status(401).json({ error: "unauthorized", reason: "Name or password is incorrect." });
});

server.all("/:database/_security", express.json({ type: () => true }), (request, answer) => {
  const { database } = request.params;
  if (request.method !== "PUT") return answer.json(securityOf.get(database) ?? {});
  securityOf.set(database, request.body);
  answer.json({ ok: true });
});

// CouchDB takes a revision from this header, too, and peers send it there alone.
server.use((request, _, next) => {
  const revision = request.headers["if-match"];
  if (revision) request.query.rev = revision.replace(/^"|"$/g, "");
  next();
});

// Peers read the revision of a document from its ETag, and its attachments from further parts of the answer.
server.use((request, answer, next) => {
  if (request.method !== "GET" || !isDocument(request.path)) return next();
  const send = answer.send.bind(answer);
  answer.send = (body) => {
    const document = parsed(body);
    if (!document || !document._rev) return send(body);
    answer.set("ETag", `"${document._rev}"`);
    const names = Object.keys(document._attachments ?? {});
    if (names.length === 0 || String(request.query.attachments) !== "true") return send(body);
    const boundary = "part-of-a-document";
    answer.set("Content-Type", `multipart/related; boundary="${boundary}"`);
    return send(multipart(document, names, boundary));
  };
  next();
});

server.use(
  require("express-pouchdb")(PouchDB, {
    mode: "minimumForPouchDB",
    overrideMode: { include: ["routes/find", "routes/all-dbs", "routes/active-tasks"] },
  }),
);

function isDocument(path) {
  const [, database, first] = path.split("/");
  return Boolean(database && first && (!first.startsWith("_") || first === "_design" || first === "_local"));
}

function parsed(body) {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function multipart(document, names, boundary) {
  const parts = [];
  for (const name of names) {
    const attachment = document._attachments[name];
    const data = Buffer.from(attachment.data ?? "", "base64");
    document._attachments[name] = { ...attachment, data: undefined, follows: true, length: data.length };
    parts.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: attachment; filename="${name}"\r\n` +
          `Content-Type: ${attachment.content_type}\r\nContent-Length: ${data.length}\r\n\r\n`,
      ),
      data,
      Buffer.from("\r\n"),
    );
  }
  const head = `--${boundary}\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(document)}\r\n`;
  return Buffer.concat([Buffer.from(head), ...parts, Buffer.from(`--${boundary}--`)]);
}

process.on("SIGTERM", () => process.exit(0));
server.listen(PORT, () => console.log(`a stand-in of CouchDB listens at ${PORT}`));
