"""Checks for grading; they lie beside the solutions and never reach a student.

Answers that are plain values need nothing here: the public check judges them again,
outside the kernel. Functions and networks are asked about fresh inputs, which is what
the modules say, one for each exercise that has such questions.
"""

import importlib

from course.instructor.judging.replaying import Asked

# The exercises whose functions and networks are asked. Others have values alone.
MODULES = {
    "01_tensors": "solutions.grading.tensors",
    "02_breast_cancer": "solutions.grading.breast_cancer",
    "03_walking": "solutions.grading.walking",
    "04_mnist": "solutions.grading.mnist",
    "05_tuning": "solutions.grading.tuning",
}


def asked_of(exercise: str, question: str) -> dict[str, Asked]:
    """Return the answers of a question that are asked, by their names.

    Parameters
    ----------
    exercise, question : str
        Such as "01_tensors" and "q4".
    """
    if exercise not in MODULES:
        return {}
    return importlib.import_module(MODULES[exercise]).ASKED.get(question, {})
