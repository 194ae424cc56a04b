"""What is true, what the product does, and the one function that makes a new state."""
