-- Grafana's PostgreSQL data source: the query builder's lists and a panel.
-- Source of the facts: grafana/grafana, public/app/plugins/datasource/grafana-postgresql-datasource; datafusion-postgres, tests/grafana.rs.

-- # version
select current_setting('server_version_num')::int/100 as version

-- # tables
-- finds: in_c_sales.orders
SELECT
  CASE WHEN
        quote_ident(table_schema) IN (
        SELECT
          CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
        FROM
          generate_series(
            array_lower(string_to_array(current_setting('search_path'),','),1),
            array_upper(string_to_array(current_setting('search_path'),','),1)
          ) as i,
          string_to_array(current_setting('search_path'),',') s
        )
    THEN quote_ident(table_name)
    ELSE quote_ident(table_schema) || '.' || quote_ident(table_name)
  END AS "table"
FROM information_schema.tables
WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog')
ORDER BY 1

-- # columns
-- finds: customer_id
SELECT quote_ident(column_name) AS "column", data_type AS "type"
FROM information_schema.columns
WHERE
  CASE WHEN array_length(parse_ident('in_c_sales.orders'),1) = 2
    THEN quote_ident(table_schema) = (parse_ident('in_c_sales.orders'))[1]
      AND quote_ident(table_name) = (parse_ident('in_c_sales.orders'))[2]
    ELSE quote_ident(table_name) = 'in_c_sales.orders'
  END

-- # a panel
SELECT
  floor(extract(epoch from order_date)/86400)*86400 AS "time",
  status AS metric,
  avg(amount) AS "amount"
FROM in_c_sales.orders
WHERE order_date BETWEEN '2024-01-01T00:00:00Z' AND '2024-12-31T23:59:59Z'
GROUP BY 1, status
ORDER BY 1,2
