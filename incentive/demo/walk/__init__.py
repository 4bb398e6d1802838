"""The whole chain played over HTTP, as its users would: it knows addresses and no books."""
