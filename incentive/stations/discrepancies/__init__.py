"""What looks wrong at a counter: found by the system, cleared by a person with a note."""
