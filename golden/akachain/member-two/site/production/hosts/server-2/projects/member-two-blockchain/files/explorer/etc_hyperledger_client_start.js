// Completes Explorer's connection profile with what must stay secret, makes its tables where they are missing, and
// starts it in the same process. Node.js 13, as in Explorer's image.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const root = '/opt/explorer';
const { Client } = require(root + '/node_modules/pg');
const environment = process.env;

// Where one is missing Explorer takes a password that everybody can read in its sources.
for (const name of ['EXPLORER_ADMIN_USERNAME', 'EXPLORER_ADMIN_PASSWORD', 'DATABASE_PASSWD']) {
  if (!environment[name]) throw new Error(name + ' is not set');
}
// Explorer writes it into a URL as it is.
if (!/^[A-Za-z0-9._~-]+$/.test(environment.DATABASE_PASSWD)) {
  throw new Error('DATABASE_PASSWD must be made of letters, digits and . _ ~ - alone');
}

function completeProfile() {
  const profile = JSON.parse(fs.readFileSync('/etc/hyperledger/client/explorer.json', 'utf8'));
  profile.client.adminCredential = {
    id: environment.EXPLORER_ADMIN_USERNAME,
    password: environment.EXPLORER_ADMIN_PASSWORD,
  };
  fs.writeFileSync('/tmp/profile.json', JSON.stringify(profile), { mode: 0o600 });
  // Explorer signs its sessions with a secret that everybody can read in its sources. Ours follows from the password,
  // so that all copies take each other's sessions.
  const sessions = crypto.createHmac('sha256', environment.EXPLORER_ADMIN_PASSWORD).update('sessions').digest('hex');
  require(root + '/app/explorerconfig.json').jwt.secret = sessions;
}

// The statements that Explorer's own script runs once it has made a database, in psql's dialect.
function tables() {
  const script = fs.readFileSync(root + '/app/persistence/fabric/postgreSQL/db/explorerpg.sql', 'utf8');
  const connected = script.search(/^\\c .*$/m);
  if (connected < 0) throw new Error('explorerpg.sql is not the script that was expected');
  const user = '"' + environment.DATABASE_USERNAME.replace(/"/g, '""') + '"';
  return script.slice(connected).replace(/^\\.*$/gm, '').replace(/:user\b/g, user);
}

// The connection is described by DATABASE_* and, for TLS, by PGSSLMODE and NODE_EXTRA_CA_CERTS.
async function makeTables() {
  const client = new Client({
    host: environment.DATABASE_HOST,
    port: Number(environment.DATABASE_PORT),
    database: environment.DATABASE_DATABASE,
    user: environment.DATABASE_USERNAME,
    password: environment.DATABASE_PASSWD,
  });
  await client.connect();
  try {
    await client.query('BEGIN');
    // One copy at a time; the others find the tables made.
    await client.query('SELECT pg_advisory_xact_lock(7051)');
    const found = await client.query("SELECT to_regclass('public.write_lock') AS made");
    if (!found.rows[0].made) await client.query(tables());
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

completeProfile();
makeTables().then(
  () => require(root + '/app/main.js'),
  (error) => {
    console.error('the tables cannot be made: ' + error.message);
    process.exit(1);
  }
);
