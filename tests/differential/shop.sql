-- The tables every topic may read: a small shop, with NULLs, ties and names beyond ASCII.
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country VARCHAR(2), city TEXT, credit NUMERIC(10,2), vip BOOLEAN, created_at TIMESTAMP);
INSERT INTO customers VALUES
(1, 'Ada Lovelace', 'GB', 'London', 1500.00, true, '2021-03-04 10:15:00'),
(2, 'Björn Ångström', 'SE', 'Malmö', 250.50, false, '2021-05-17 08:00:00'),
(3, 'Carlos García', 'ES', 'Sevilla', NULL, false, '2021-12-31 23:59:59'),
(4, 'Dana O''Neil', 'US', 'New York', 99.99, NULL, '2022-01-01 00:00:00'),
(5, 'Eva Nováková', 'CZ', 'Praha', 0.00, true, '2022-02-28 12:30:45.5'),
(6, 'Fumi Ito', 'JP', '東京', 7300.10, true, '2022-07-09 06:07:08.123456'),
(7, 'Greta Müller', 'DE', 'Köln', -20.00, false, '2022-11-11 11:11:11'),
(8, 'Hank "Buck" Jones', 'US', 'Austin', 640.00, false, NULL),
(9, 'Ivana Kovač', NULL, NULL, NULL, NULL, '2023-04-05 16:17:18'),
(10, 'Jan Novák', 'CZ', 'Brno', 310.25, true, '2024-02-29 09:00:00');
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price NUMERIC(8,2), weight DOUBLE PRECISION);
INSERT INTO products VALUES
(1, 'pen', 'office', 1.20, 0.01), (2, 'paper', 'office', 4.99, 2.5), (3, 'desk', 'furniture', 249.00, 32.0),
(4, 'chair', 'furniture', 129.90, 12.25), (5, 'lamp', 'home', 39.95, 1.75), (6, 'mug', 'home', 7.50, 0.375),
(7, 'gift card', NULL, 25.00, NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, ordered DATE, status TEXT, shipped TIMESTAMP, discount NUMERIC(4,2));
INSERT INTO orders SELECT i, 1 + (i * 7) % 12, DATE '2023-01-01' + ((i * 11) % 500)::int,
CASE i % 5 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' WHEN 2 THEN 'shipped' WHEN 3 THEN 'delivered' ELSE 'returned' END,
CASE WHEN i % 3 = 0 THEN NULL ELSE TIMESTAMP '2023-01-02 06:00:00' + INTERVAL '1 hour' * (i * 37) END,
CASE WHEN i % 4 = 0 THEN NULL ELSE (i % 10) / 100.0 END
FROM generate_series(1, 120) AS g(i);
CREATE TABLE items (order_id INTEGER, line SMALLINT, product_id INTEGER, quantity INTEGER, price NUMERIC(8,2), PRIMARY KEY (order_id, line));
INSERT INTO items SELECT o, l, 1 + (o * 3 + l) % 7, 1 + (o + l) % 4, p.price
FROM generate_series(1, 120) AS g(o), generate_series(1, 3) AS h(l), products p WHERE p.id = 1 + (o * 3 + l) % 7 AND l <= 1 + o % 3;
CREATE TABLE measures (sensor TEXT, taken TIMESTAMP, value DOUBLE PRECISION);
INSERT INTO measures SELECT CASE i % 3 WHEN 0 THEN 'north' WHEN 1 THEN 'south' ELSE 'roof' END, TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '15 minutes' * i,
CASE WHEN i % 13 = 0 THEN NULL ELSE (i * 29 % 64) / 4.0::double precision END FROM generate_series(0, 199) AS g(i);
