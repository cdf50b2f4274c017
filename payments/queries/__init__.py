"""What pages and operators ask of orders: one order, one account, one buyer, sales."""
