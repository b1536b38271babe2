"""What the text of a chapter says, as something that a test can ask the notebook."""
