{% snapshot customers_history %}
{{ config(target_schema=target.schema, unique_key='id', strategy='check', check_cols=['country']) }}
select id, name, country from {{ ref('customer_orders') }}
{% endsnapshot %}
