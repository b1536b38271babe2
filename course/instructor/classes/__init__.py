"""What a class handed in: collected, executed, scored, reported."""
