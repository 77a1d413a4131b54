-- Tableau: its PostgreSQL connector runs over pgjdbc (2020.3 and newer; earlier and on request over psqlODBC), so browsing is
-- DatabaseMetaData, which jdbc/Metadata.java covers; these are the statements of Tableau's own.
-- Source of the facts: risingwavelabs/risingwave issue 10459, treasure-data/prestogres issue 29, Tableau's connector SDK documentation.

-- # messages
SET client_min_messages = warning

-- # encoding
SET client_encoding = 'UTF8'

-- # digits of floats
SET extra_float_digits = 2

-- # large objects (by ODBC)
select oid, typbasetype from pg_type where typname = 'lo'

-- # databases
-- finds: {database}
select datname from pg_catalog.pg_database where datallowconn order by datname

-- # can it make temporary tables?
CREATE LOCAL TEMPORARY TABLE "#Tableau_1_CheckCreateTempTableCap" ("COL" INTEGER) ON COMMIT PRESERVE ROWS

-- # can it fill one?
INSERT INTO "#Tableau_1_CheckCreateTempTableCap" VALUES (1)

-- # can it read one?
SELECT "COL" FROM (SELECT 1 AS "COL") AS "CHECKTEMP" LIMIT 1

-- # drops it
DROP TABLE "#Tableau_1_CheckCreateTempTableCap"

-- # columns of a table
SELECT * FROM "in_c_sales"."orders" WHERE 1=0

-- # columns of custom SQL
SELECT * FROM (
  select status, count(*) as orders from in_c_sales.orders group by status
) "Custom SQL Query" LIMIT 0

-- # a worksheet
SELECT "orders"."status" AS "status", SUM("orders"."amount") AS "sum:amount:ok", DATE_TRUNC( 'MONTH', CAST("orders"."order_date" AS DATE) ) AS "tmn:order_date:ok"
FROM "in_c_sales"."orders" "orders"
  INNER JOIN "in_c_sales"."customers" "customers" ON ("orders"."customer_id" = "customers"."id")
WHERE (NOT ("orders"."status" IS NULL))
GROUP BY 1, 3

-- # values of a filter
-- finds: sent
SELECT "orders"."status" AS "status" FROM "in_c_sales"."orders" "orders" GROUP BY 1 ORDER BY 1 ASC

-- # parts of dates
SELECT EXTRACT(YEAR FROM "orders"."order_date") AS "yr:order_date:ok", EXTRACT(QUARTER FROM "orders"."order_date") AS "qr", EXTRACT(DOW FROM "orders"."order_date") + 1 AS "dow", COUNT(DISTINCT "orders"."customer_id") AS "ctd"
FROM "in_c_sales"."orders" "orders" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
