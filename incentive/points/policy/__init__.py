"""What a jurisdiction allows people to do with points, and from where on two must agree."""
