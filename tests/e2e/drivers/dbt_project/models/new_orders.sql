{{ config(materialized='incremental', unique_key='id') }}
select id, customer_id, amount from {{ source('sales', 'orders') }}
{% if is_incremental() %} where id > (select max(id) - 10 from {{ this }}) {% else %} where id <= 500 {% endif %}
