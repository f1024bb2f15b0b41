"""What a person types: one module or folder a command; it may import everything below it."""
