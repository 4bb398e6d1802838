#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the application's login and its group.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE incentive_app NOLOGIN;
CREATE ROLE incentive LOGIN PASSWORD :'password' IN ROLE incentive_app;
SQL
