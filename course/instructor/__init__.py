"""What instructors do: release exercises. Not part of what students get."""
