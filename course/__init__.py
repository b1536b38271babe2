"""The command `course`, and what stands behind it: for those who teach and maintain."""

from course import quick_start as quick_start
