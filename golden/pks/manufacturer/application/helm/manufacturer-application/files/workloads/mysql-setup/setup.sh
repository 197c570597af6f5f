#!/bin/sh
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
ssl-ca=/etc/ssl/organization/mysql.pem
END
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

user orders "$ORDERS_PASSWORD"
database orders
