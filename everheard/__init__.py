"""What the jobs, the API and the migrations share; it knows none of them."""
