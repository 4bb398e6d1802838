"""A station's statement of any days: goods, orders and points, from the books' own rows."""
