{{ config(materialized='view') }}
select r.country, r.rate, sum(o.amount) * r.rate as amount from {{ ref('customer_orders') }} o join {{ ref('rates') }} r using (country) group by 1, 2
