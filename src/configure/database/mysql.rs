use super::setup::{password_variable, users};
use crate::expand::Schema;

/// The script that makes the databases of MySQL, any number of times with the same outcome. `authority` is the file of
/// the authorities that the server's certificate is checked against.
///
/// The master's password lies in a file that only the script's user reads, others' go through a pipe: none stands in
/// an argument list. MySQL leaves passwords of CREATE USER and ALTER USER out of its logs.
pub(super) fn script(schemas: &[&Schema], authority: Option<String>) -> String {
    let trust = authority.map_or_else(String::new, |file| format!("ssl-ca={file}\n"));
    let calls: String = schemas.iter().map(|schema| database(schema)).collect();
    format!("{}{calls}", FUNCTIONS.replace("TRUST", &trust))
}

fn database(schema: &Schema) -> String {
    let name = &schema.name;
    let mut calls = String::new();
    for user in users(schema) {
        calls += &format!("user {0} \"${1}\"\n", user.name, password_variable(user.name));
    }
    calls += &format!("database {name}\n");
    for reader in &schema.readers {
        calls += &format!("reader {name} {}\n", reader.user);
    }
    format!("\n{calls}")
}

const FUNCTIONS: &str = r#"#!/bin/sh
# Creates databases, their owners and their readers; what is there already stays. May run any number of times.
set -eu
umask 077
options=/tmp/client.cnf

# A text for the inside of quotes in an option file or a statement.
quoted() {
  printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g" -e 's/"/\\"/g'
}

cat > "$options" << END
[client]
host=$MYSQL_HOST
port=$MYSQL_TCP_PORT
user="$(quoted "$MYSQL_MASTER_USERNAME")"
password="$(quoted "$MYSQL_MASTER_PASSWORD")"
ssl-mode=VERIFY_IDENTITY
TRUSTEND
unset MYSQL_HOST MYSQL_TCP_PORT MYSQL_MASTER_PASSWORD

run() {
  mysql --defaults-extra-file="$options" --batch --skip-column-names
}

# A user with a password, never without.
user() { # name, password
  password=$(quoted "$2")
  {
    printf "CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED BY '%s' REQUIRE SSL;\n" "$1" "$password"
    printf "ALTER USER '%s'@'%%' IDENTIFIED BY '%s' REQUIRE SSL;\n" "$1" "$password"
  } | run
  echo "user $1"
}

# A database on which the user of its name may do everything, and nobody else anything.
database() { # name
  printf 'CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4;\n' "$1" | run
  printf "GRANT ALL PRIVILEGES ON \`%s\`.* TO '%s'@'%%';\n" "$(literal "$1")" "$1" | run
  echo "database $1"
}

# A user who may read every table of a database, those to come included.
reader() { # database, name
  printf "GRANT SELECT, SHOW VIEW ON \`%s\`.* TO '%s'@'%%';\n" "$(literal "$1")" "$2" | run
  echo "reader $2"
}

# In a grant an underscore stands for any letter unless it is escaped.
literal() {
  printf '%s' "$1" | sed 's/_/\\_/g'
}
"#;
