"""What became of each exported file, and which evidence is missing."""
