"""One-time codes by SMS: six digits that prove that somebody holds a phone now."""
