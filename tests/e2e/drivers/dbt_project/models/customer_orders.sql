select c.id, c.name, c.country, count(*) as orders, sum(o.amount) as amount
from {{ source('sales', 'orders') }} o join {{ source('sales', 'customers') }} c on c.id = o.customer_id
group by 1, 2, 3
