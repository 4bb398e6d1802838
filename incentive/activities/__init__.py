"""Teams, activities, their shifts, and who signed up."""
