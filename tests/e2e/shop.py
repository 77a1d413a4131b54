"""The two tables most tests read, as CSV: 1,000 orders of 50 customers."""

ORDERS = "id,customer_id,order_date,status,amount,note\n" + "".join(
    f"{i},{i % 50 + 1},2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},{['new', 'paid', 'sent'][i % 3]},{i % 997}.{i % 100:02d},"
    f"{'' if i % 10 == 0 else f'note {i}'}\n" for i in range(1, 1001))
CUSTOMERS = "id,name,country\n" + "".join(f"{i},Customer {i},{['CZ', 'DE', 'AT'][i % 3]}\n" for i in range(1, 51))
