"""What instructors do: release, grade, publish. Not part of what students get."""
