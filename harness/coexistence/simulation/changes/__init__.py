"""What each operation does to a state, and what the product refuses."""
