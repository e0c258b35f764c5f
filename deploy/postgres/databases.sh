#!/bin/bash
# Runs once, when the data folder is new: a database and a user for each service, which reaches no other database.
set -euo pipefail

sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres "$@"; }

sql <<<'REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC'
for service in catalog requests dispatch notify; do
  # psql reads the password from the file itself: an argument would show in the list of processes
  sql --set service="$service" <<'SQL'
\set file /run/secrets/ :service _database_password
\set password `cat :file`
CREATE ROLE :"service" LOGIN PASSWORD :'password' CONNECTION LIMIT 100;
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
