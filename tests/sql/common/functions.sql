-- PostgreSQL's functions and object types. Where DuckDB has a function of the name, it is PostgreSQL's that answers.

-- to_char of times
SELECT to_char(timestamp '2024-02-29 13:04:05.123456', 'YYYY-MM-DD HH24:MI:SS.US');
SELECT to_char(timestamp '2024-02-29 13:04:05', 'FMDay, FMDD FMMonth YYYY, HH12:MI pm');
SELECT to_char(timestamp '2024-02-29 13:04:05', 'DAY|Day|day|MON|Mon|mon|RM|rm|Q|WW|IW|DDD|J');
SELECT to_char(timestamp '2021-01-03 00:00:00', 'IYYY-IW-ID Y,YYY CC BC');
SELECT to_char(date '2024-02-29', 'DDth "of" Month');
SELECT to_char(interval '27 hours 5 minutes 6.5 seconds', 'HH24:MI:SS.MS');
SELECT to_char(interval '1 day', 'Month');

-- to_char of numbers
SELECT to_char(485, '999'), to_char(-485, '999'), to_char(485, '09999'), to_char(485, 'FM999');
SELECT to_char(148.5, '999.999'), to_char(148.5, 'FM999.999'), to_char(148.5, 'FM999.990');
SELECT to_char(3148.5, '9,999.999'), to_char(1234567.891, 'FM9,999,999.00'), to_char(12345, '999');
SELECT to_char(-485, '999PR'), to_char(-485, '999S'), to_char(-485, '999MI'), to_char(485, 'SG999'), to_char(485, 'PL999');
SELECT to_char(482, '999th'), to_char(485, 'RN'), to_char(5.2, 'FMRN'), to_char(12, '99V999'), to_char(0.1, '0.9');
SELECT to_char(0.0004859::numeric, '9.99EEEE'), to_char(-0.1, '99.99'), to_char(0, '99.99');

-- and back
SELECT to_date('05 Dec 2000', 'DD Mon YYYY'), to_date('20240229', 'YYYYMMDD'), to_date('2021-060', 'YYYY-DDD');
SELECT to_timestamp('2024-02-29 01:04:05 PM', 'YYYY-MM-DD HH:MI:SS AM') = timestamptz '2024-02-29 13:04:05';
SELECT to_date('2024-02-30', 'YYYY-MM-DD');
SELECT to_number('12,454.8-', '99G999D9S');

-- text
SELECT format('%s %I %L %1$s %%', 'a', 'B c', NULL), format('[%-5s][%5s]', 'a', 'b');
SELECT format('%s');
SELECT quote_ident('abc'), quote_ident('Abc'), quote_ident('select'), quote_literal('a''b'), quote_nullable(NULL);
SELECT initcap('hello WORLD-foo bar1'), btrim('xxaxx', 'x'), overlay('Txxxxas' placing 'hom' from 2 for 4);
SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', -1), split_part('a,b,c', ',', 9);
SELECT to_hex(255), to_hex(-1), encode('\x1234ff'::bytea, 'base64'), encode('\x1234ff'::bytea, 'hex');
SELECT num_nulls(1, NULL, 'x', NULL), num_nonnulls(1, NULL);

-- numbers
SELECT div(9, 4), div(-9, 4), width_bucket(5.35, 0.024, 10.06, 5), width_bucket(11, 0, 10, 5);
SELECT scale(8.4100), min_scale(8.4100), sind(30), cosd(60), atand(1);

-- times
SELECT justify_hours(interval '27 hours'), justify_days(interval '35 days'), make_interval(days := 10);
SELECT date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01');

-- arrays
SELECT array_upper(ARRAY[1, 2], 1), array_lower(ARRAY[1, 2], 1), array_dims(ARRAY[1, 2]), array_ndims(ARRAY[1, 2]);
SELECT array_positions(ARRAY['A', 'A', 'B', 'A'], 'A'), array_remove(ARRAY[1, 2, 3, 2], 2), array_fill(11, ARRAY[3]);
SELECT array_to_string(ARRAY[1, 2, NULL, 5], ',', '*'), trim_array(ARRAY[1, 2, 3, 4], 2);

-- objects
CREATE TABLE orders (id int, name text);
CREATE TABLE "Two words" (id int);
SELECT 'orders'::regclass, '"Two words"'::regclass, 'orders'::regclass = to_regclass('orders'), to_regclass('nothing');
SELECT 'pg_class'::regclass::oid, 1259::regclass, 'pg_catalog.pg_type'::regclass;
SELECT 'nothing'::regclass;
SELECT 'int4'::regtype, 'timestamp with time zone'::regtype, 'varchar(10)'::regtype, 'int[]'::regtype, 25::regtype;
SELECT 'nothing'::regtype;
SELECT format_type(23, -1), format_type(1043, 14), format_type(1700, 655366), format_type(1007, -1), format_type(0, NULL);
SELECT pg_typeof(1), pg_typeof(1.5), pg_typeof('x'::text), pg_typeof(now()), pg_typeof(ARRAY[1]), pg_typeof(5::oid);
SELECT 'abc'::name, 'a'::"char", 5::pg_catalog.oid, '10.0.0.1'::inet, 'abc'::name = 'abc';
SELECT pg_table_is_visible('orders'::regclass), current_setting('TimeZone'), current_setting('nothing', true);
SELECT current_setting('nothing');
SELECT set_config('application_name', 'test', false), current_setting('application_name');
DROP TABLE orders;
DROP TABLE "Two words";
