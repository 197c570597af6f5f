#!/bin/sh
# Creates databases, their owners and their readers; what is there already stays. May run any number of times.
set -eu
export PGDATABASE=postgres

run() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"
}

# A user with a password, which psql hashes before it sends it.
user() { # name, password
  run --set name="$1" << 'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
SQL
  printf '%s\n%s\n' "$2" "$2" | setsid --wait psql --no-psqlrc --quiet --command "\\password $1" 2> /tmp/prompts || {
    cat /tmp/prompts >&2
    exit 1
  }
  echo "user $1"
}

# A database that belongs to the user of its name; nobody else may even connect.
database() { # name
  run --set name="$1" << 'SQL'
SET client_min_messages = warning;
GRANT :"name" TO CURRENT_USER;
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
  run --dbname "$1" --set name="$1" << 'SQL'
SET ROLE :"name";
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL
  echo "database $1"
}

# A user who may read every table of a database, those to come included.
reader() { # database, name
  run --dbname "$1" --set owner="$1" --set reader="$2" << 'SQL'
GRANT CONNECT ON DATABASE :"owner" TO :"reader";
SET ROLE :"owner";
GRANT USAGE ON SCHEMA public TO :"reader";
GRANT SELECT ON ALL TABLES IN SCHEMA public TO :"reader";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO :"reader";
SQL
  echo "reader $2"
}

user explorer "$EXPLORER_PASSWORD"
database explorer
