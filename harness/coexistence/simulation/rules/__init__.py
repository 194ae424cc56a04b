"""What the product does and says, with its sources; what is assumed where nobody says."""
