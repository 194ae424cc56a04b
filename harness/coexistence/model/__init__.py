"""What could exist, and what could be done: words, values, people as columns, operations; and files."""
