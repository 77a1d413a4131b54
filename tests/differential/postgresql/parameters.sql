--$ 5
SELECT $1::int + 1;
--$ 5
SELECT $1 + 1;
--$ 5
SELECT 10 * $1;
--$ abc
SELECT $1::text || 'd';
--$ abc
SELECT $1 || 'd';
--$ abc
SELECT $1;
--$ NULL
SELECT $1;
--$ NULL
SELECT $1::int IS NULL, coalesce($1, 7);
--$ 3
SELECT id, name FROM products WHERE id = $1;
--$ desk
SELECT id FROM products WHERE name = $1;
--$ 20
SELECT id FROM products WHERE price > $1 ORDER BY id;
--$ 2023-06-01
SELECT count(*) FROM orders WHERE ordered >= $1;
--$ 2023-06-01
--$ 2023-06-30
SELECT count(*) FROM orders WHERE ordered BETWEEN $1 AND $2;
--$ {1,2,3}
SELECT id FROM products WHERE id = ANY($1) ORDER BY id;
--$ {desk,mug}
SELECT id FROM products WHERE name = ANY($1) ORDER BY id;
--$ {1,2,3}
SELECT id FROM products WHERE id <> ALL($1::int[]) ORDER BY id;
--$ {1,2,3}
SELECT $1::int[], cardinality($1::int[]);
--$ 1
--$ 2
SELECT id FROM products WHERE id IN ($1, $2) ORDER BY id;
--$ %e%
SELECT name FROM products WHERE name LIKE $1 ORDER BY name;
--$ 2
--$ 1
SELECT id FROM products ORDER BY id LIMIT $1 OFFSET $2;
--$ 3
SELECT id, price * $1 FROM products WHERE id < $1 ORDER BY id;
--$ true
SELECT id FROM customers WHERE vip = $1 ORDER BY id;
--$ t
SELECT $1::boolean, NOT $1::boolean;
--$ 2024-02-29
SELECT $1::date + 1, $1::date - 1;
--$ 2024-02-29 10:00:00
SELECT $1::timestamp, date_trunc('day', $1::timestamp);
--$ 2024-02-29 10:00:00+02
SELECT $1::timestamptz;
--$ 1 day
SELECT DATE '2024-01-01' + $1::interval;
--$ 1 day
SELECT TIMESTAMP '2024-01-01 00:00:00' + $1;
--$ a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
SELECT $1::uuid;
--$ {"a": 1}
SELECT $1::json ->> 'a';
--$ \x0102
SELECT $1::bytea, length($1::bytea);
--$ 1.50
SELECT $1::numeric(6,2) * 2;
--$ 1.5
SELECT $1::float8 * 2, $1::float4;
--$ x
SELECT $1::int;
--$ 99999999999
SELECT $1::int;
--$ 2024-13-01
SELECT $1::date;
--$ x
SELECT id FROM products WHERE id = $1;
--$ 1
SELECT $1::int, $2::int;
--$ 1
--$ 2
SELECT $1::int;
SELECT $1::int;
--$ paid
--$ 2
SELECT count(*) FROM orders WHERE status = $1 AND customer_id % $2 = 0;
--$ 5
SELECT CASE WHEN $1::int > 3 THEN 'big' ELSE 'small' END;
--$ month
SELECT date_trunc($1, TIMESTAMP '2024-02-29 10:00:00');
--$ 1
--$ 5
SELECT sum(i) FROM generate_series($1::int, $2::int) AS g(i);
--$ 2
SELECT * FROM (VALUES (1), (2), (3)) t(x) WHERE x >= $1 ORDER BY x;
--$ 7
SELECT $1::int AS a, $1::text AS b, $1::numeric(5,1) AS c;
--$ US
SELECT count(*) FROM customers WHERE country = $1 OR $1 IS NULL;
--$ NULL
SELECT count(*) FROM customers WHERE country = $1::text OR $1::text IS NULL;
--$ Ada
SELECT name FROM customers WHERE name LIKE $1 || '%';
--$ 3
WITH t AS (SELECT $1::int AS n) SELECT n * n FROM t;
--$ 1
SELECT x FROM (SELECT $1::int AS x UNION ALL SELECT 2) t ORDER BY x;
--$ 100
SELECT id FROM customers WHERE credit > $1 ORDER BY credit;
--$ 10
SELECT greatest($1, 3), least($1::int, 3);
--$ 2
SELECT (ARRAY[10, 20, 30])[$1::int];
--$ 0.5
SELECT percentile_cont($1::float8) WITHIN GROUP (ORDER BY weight) FROM products WHERE false;
