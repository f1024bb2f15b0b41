"""What is decided about plays without asking anybody: pure functions, tested alone."""
