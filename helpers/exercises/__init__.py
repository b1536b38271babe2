"""Feedback while you work on an exercise: checks and hints.

The first cell of an exercise calls ``start("01_tensors")``. Then ``given("q4")`` hands
out the arrays of a question, ``check("q4", neuron=neuron)`` says what it thinks of an
answer, and ``hint("q4")`` helps, a little more each time.

The checks are advice. They are here to be read: `helpers.exercises.tensors` says how
the answers of the first exercise are recognised, and which mistakes have a name.
"""

from helpers.exercises.asking import check, given, hint, questions_of, start
from helpers.exercises.verdicts import Hint, PartVerdict, Verdict

__all__ = [
    "Hint",
    "PartVerdict",
    "Verdict",
    "check",
    "given",
    "hint",
    "questions_of",
    "start",
]
