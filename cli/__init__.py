"""What a person types: ``commands`` is the table; a module or folder for each that is no job."""
