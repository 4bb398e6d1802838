"""What looks invented in attendance: its points are held until a second person has cleared it."""
