"""The command `course`, and what stands behind it: for those who teach and maintain."""

from course import unneeded_parsers as unneeded_parsers
