"""What every observation rests on: legs, routes, outcomes, and answers worked out before."""
