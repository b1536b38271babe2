"""Tell whether answers are right: out of the student's kernel, then judged."""
