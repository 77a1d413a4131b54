-- Apache Superset (on SQLAlchemy 1.4): the database's form, SQL Lab's browser, a chart.
-- Source of the facts: apache/superset, superset/db_engine_specs/postgres.py; sqlalchemy/sqlalchemy, dialects/postgresql/base.py (rel_1_4).

-- # version
-- finds: PostgreSQL
select pg_catalog.version()

-- # current schema
select current_schema()

-- # strings
show standard_conforming_strings

-- # isolation
show transaction isolation level

-- # unicode test
SELECT CAST('test plain returns' AS VARCHAR(60)) AS anon_1

-- # catalogs
-- finds: {database}
SELECT datname FROM pg_database WHERE NOT datistemplate

-- # search path
SHOW search_path

-- # schemas
-- finds: in_c_sales
SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY nspname

-- # tables
-- finds: orders
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'in_c_sales' AND c.relkind in ('r', 'p')

-- # views
-- finds: replay_view
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')

-- # oid of a table
SELECT c.oid
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (n.nspname = 'in_c_sales')
AND c.relname = 'orders' AND c.relkind in ('r', 'v', 'm', 'f', 'p')

-- # columns
-- binds: table
-- finds: customer_id
SELECT a.attname,
  pg_catalog.format_type(a.atttypid, a.atttypmod),
  (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    FROM pg_catalog.pg_attrdef d
   WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum
   AND a.atthasdef)
  AS DEFAULT,
  a.attnotnull,
  a.attrelid as table_oid,
  pgd.description as comment,
  a.attgenerated as generated,
  (SELECT json_build_object(
      'always', a.attidentity = 'a',
      'start', s.seqstart,
      'increment', s.seqincrement)
    FROM pg_catalog.pg_sequence s
    JOIN pg_catalog.pg_class c on s.seqrelid = c."oid"
    WHERE c.relkind = 'S'
    AND a.attidentity != ''
    AND s.seqrelid = pg_catalog.pg_get_serial_sequence(
        a.attrelid::regclass::text, a.attname)::regclass::oid
  ) as identity_options
FROM pg_catalog.pg_attribute a
LEFT JOIN pg_catalog.pg_description pgd ON (
    pgd.objoid = a.attrelid AND pgd.objsubid = a.attnum)
WHERE a.attrelid = $1
AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum

-- # primary key
-- binds: own
-- finds: id
SELECT a.attname
FROM pg_attribute a JOIN (
  SELECT unnest(ix.indkey) attnum, generate_subscripts(ix.indkey, 1) ord
  FROM pg_index ix
  WHERE ix.indrelid = $1 AND ix.indisprimary
) k ON a.attnum=k.attnum
WHERE a.attrelid = $1
ORDER BY k.ord

-- # foreign keys
-- binds: other
-- finds: REFERENCES replay_own
SELECT r.conname,
  pg_catalog.pg_get_constraintdef(r.oid, true) as condef,
  n.nspname as conschema
FROM  pg_catalog.pg_constraint r,
  pg_namespace n,
  pg_class c
WHERE r.conrelid = $1 AND
  r.contype = 'f' AND
  c.oid = confrelid AND
  n.oid = c.relnamespace
ORDER BY 1

-- # indexes
-- binds: own
-- finds: replay_own_label
SELECT
  i.relname as relname,
  ix.indisunique, ix.indexprs,
  a.attname, a.attnum, c.conrelid, ix.indkey::varchar,
  ix.indoption::varchar, i.reloptions, am.amname,
  pg_get_expr(ix.indpred, ix.indrelid),
  ix.indnkeyatts as indnkeyatts
FROM pg_class t
  join pg_index ix on t.oid = ix.indrelid
  join pg_class i on i.oid = ix.indexrelid
  left outer join pg_attribute a on t.oid = a.attrelid and a.attnum = ANY(ix.indkey)
  left outer join pg_constraint c on (ix.indrelid = c.conrelid and ix.indexrelid = c.conindid and c.contype in ('p', 'u', 'x'))
  left outer join pg_am am on i.relam = am.oid
WHERE t.relkind IN ('r', 'v', 'f', 'm', 'p')
  and t.oid = $1
  and ix.indisprimary = 'f'
ORDER BY t.relname, i.relname

-- # enumerations
SELECT t.typname as "name",
   pg_catalog.pg_type_is_visible(t.oid) as "visible",
   n.nspname as "schema",
   e.enumlabel as "label"
FROM pg_catalog.pg_type t
     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
     LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
WHERE t.typtype = 'e'
ORDER BY "schema", "name", e.oid

-- # SQL Lab's preview
-- finds: sent
SELECT *
FROM in_c_sales.orders
LIMIT 101

-- # a chart over time
SELECT DATE_TRUNC('day', order_date) AS __timestamp, status AS status, COUNT(*) AS count
FROM in_c_sales.orders
WHERE order_date >= TO_TIMESTAMP('2024-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') AND order_date < TO_TIMESTAMP('2025-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')
GROUP BY DATE_TRUNC('day', order_date), status
ORDER BY count DESC
LIMIT 1000
