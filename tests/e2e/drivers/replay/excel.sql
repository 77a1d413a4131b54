-- Excel, Access and others by psqlODBC: connecting, SQLTables, SQLColumns, SQLPrimaryKeys, a query through a cursor.
-- Source of the facts: postgresql-interfaces/psqlodbc, connection.c and info.c (the driver itself runs in the tests of ODBC).

-- # style of dates
SET DateStyle = 'ISO'

-- # digits of floats
SET extra_float_digits = 2

-- # isolation
show transaction_isolation

-- # large objects
select oid, typbasetype from pg_type where typname = 'lo'

-- # tables
-- finds: orders
select relname, nspname, relkind from pg_catalog.pg_class c, pg_catalog.pg_namespace n where relkind in ('r', 'v', 'm', 'f', 'p') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_1') and n.oid = relnamespace order by nspname, relname

-- # columns
-- finds: customer_id
select n.nspname, c.relname, a.attname, a.atttypid, t.typname, a.attnum, a.attlen, a.atttypmod, a.attnotnull, c.relhasrules, c.relkind, c.oid, pg_get_expr(d.adbin, d.adrelid), case t.typtype when 'd' then t.typbasetype else 0 end, t.typtypmod, 0, attidentity, c.relhassubclass
from (((pg_catalog.pg_class c inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relname = E'orders' and n.nspname = E'in_c_sales')
  inner join pg_catalog.pg_attribute a on (not a.attisdropped) and a.attnum > 0 and a.attrelid = c.oid)
  inner join pg_catalog.pg_type t on t.oid = a.atttypid)
  left outer join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum
order by n.nspname, c.relname, attnum

-- # primary key
-- finds: replay_own_pkey
select ta.attname, ia.attnum, ic.relname, n.nspname, tc.relname from pg_catalog.pg_attribute ta, pg_catalog.pg_attribute ia, pg_catalog.pg_class tc, pg_catalog.pg_index i, pg_catalog.pg_namespace n, pg_catalog.pg_class ic
where tc.relname = 'replay_own' AND n.nspname = 'public' AND tc.oid = i.indrelid AND n.oid = tc.relnamespace AND i.indisprimary = 't' AND ia.attrelid = i.indexrelid AND ta.attrelid = i.indrelid AND ta.attnum = i.indkey[ia.attnum-1] AND (NOT ta.attisdropped) AND (NOT ia.attisdropped) AND ic.oid = i.indexrelid order by ia.attnum

-- # transaction
BEGIN

-- # cursor
declare "SQL_CUR0x55d0c8" cursor with hold for SELECT "orders"."id", "orders"."status" FROM "in_c_sales"."orders" "orders" ORDER BY 1

-- # rows
-- finds: paid
fetch 100 in "SQL_CUR0x55d0c8"

-- # end of the cursor
close "SQL_CUR0x55d0c8"

-- # end of the transaction
COMMIT
