"""The web edition, and pictures of the course in a browser."""
