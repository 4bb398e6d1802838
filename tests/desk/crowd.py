"""Many transactions at once, straight into the tables, for plans and figures."""

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core.db import sqlalchemy_url

# Every person earns, and now and then orders and collects; one in a thousand is refunded.
_FILL = """
SET search_path TO j_default, public;
INSERT INTO regions (id, code, level, name, parent_id, path, valid_from)
SELECT gen_random_uuid(), '5301020010' || to_char(n, 'FM00'), 'community', '社区' || n, parent.id,
       (parent.path::text || '.5301020010' || to_char(n, 'FM00'))::ltree, '2020-01-01'
FROM generate_series(10, 59) n, regions parent WHERE parent.code = '53';
INSERT INTO persons (id, volunteer_number, home_region_id, card_serial, status, created_at)
SELECT gen_random_uuid(), '53' || to_char(n, 'FM00000000000'), home.id, 1, 'active', now()
FROM generate_series(1, {people}) n
JOIN (SELECT id, row_number() OVER (ORDER BY code) AS k FROM regions WHERE level = 'community') home
  ON home.k = n % 50 + 1;
INSERT INTO accounts (owner, asset, purpose, expires_on)
SELECT 'person:' || id, 'points', purpose, date '2099-12-31' FROM persons,
       unnest(ARRAY['available', 'held']) purpose WHERE home_region_id IS NOT NULL
UNION ALL SELECT 'region:' || id, 'points', 'issuance', date '9999-12-31' FROM regions;
CREATE TEMP TABLE who AS SELECT row_number() OVER (ORDER BY p.id) AS k, 'person:' || p.id AS owner,
       a.id AS purse, i.id AS issuer
FROM persons p JOIN accounts a ON a.owner = 'person:' || p.id AND a.purpose = 'available'
JOIN accounts i ON i.owner = 'region:' || p.home_region_id AND i.purpose = 'issuance'
WHERE p.home_region_id IS NOT NULL;
INSERT INTO transactions (key, request_hash, kind, source, actor, effective_on, posted_at)
SELECT 'crowd:' || n, '', CASE WHEN n % 1000 = 7 THEN 'refund' ELSE 'award' END,
       'crowd:' || n, CASE WHEN n % 10 = 0 THEN w.owner ELSE 'system' END,
       date '2026-11-01' - ({count} - n) * 400 / {count},
       timestamptz '2026-11-01' - ({count} - n) * interval '400 days' / {count}
FROM generate_series(1, {count}) n JOIN who w ON w.k = n % {people} + 1 ORDER BY n;
INSERT INTO entries (transaction_id, line, account_id, amount, balance, version)
SELECT t.id, line, CASE line WHEN 1 THEN w.issuer ELSE w.purse END,
       CASE WHEN t.n % 5000 = 0 THEN 5000 ELSE 1 + t.n % 90 END * CASE line WHEN 1 THEN -1 ELSE 1 END,
       CASE line WHEN 2 THEN 0 END, CASE line WHEN 2 THEN t.n END
FROM (SELECT id, substr(key, 7)::int AS n FROM transactions WHERE key LIKE 'crowd:%') t
JOIN who w ON w.k = t.n % {people} + 1, generate_series(1, 2) line;
"""


def fill(settings, *, count, people):
    """Add `count` transactions of `people` persons in fifty communities over 400 days."""
    engine = create_engine(
        sqlalchemy_url(settings.admin_database_url),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        # Each by itself: a long transaction would hold back the sealer of any test beside this one.
        for statement in _FILL.format(count=count, people=people).split(";\n"):
            if statement.strip():
                connection.connection.driver_connection.execute(statement)
        for table in ("transactions", "entries", "accounts", "persons", "regions"):
            connection.execute(text(f"VACUUM ANALYZE j_default.{table}"))
    engine.dispose()
