"""Late penalties, as nbgrader has them: its plugin, and its place in the gradebook."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Unicode

from course.instructor.classes.gradebook import open_gradebook, points_entered
from course.instructor.classes.term import read_term


class LatePolicy(LateSubmissionPlugin):
    """What being late costs by `term.toml`; ``nbgrader autograde`` uses it, too."""

    folder = Unicode(".", help="The folder of the class.").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points that are taken off; None if there is nothing to say.

        Parameters
        ----------
        student_id : str
        score : float
            Points that were reached.
        total_seconds_late : float
            After the deadline, extensions counted.
        """
        late = read_term(Path(self.folder)).late
        return late.penalty(score, total_seconds_late) or None


def enter_penalties(
    folder: Path, exercise: str, points: Mapping[str, float], students: Collection[str]
) -> None:
    """Enter deadlines, extensions and penalties into the gradebook, as they are now.

    A penalty is a share of the score, so it is entered anew whenever a score may have
    changed.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    points : mapping of str to float
        The points of each question.
    students : collection of str
        All of the class.

    Raises
    ------
    ValueError
        If `term.toml` cannot be understood.
    """
    term = read_term(folder, students)
    due = term.deadlines.get(exercise)
    with open_gradebook(folder) as gradebook:
        assignment = gradebook.update_or_create_assignment(
            exercise, duedate=_naive(due)
        )
        for submission in assignment.submissions:
            student = submission.student.id
            until = term.deadline(exercise, student)
            seconds = (until - due).total_seconds() if due and until else 0
            gradebook.grant_extension(exercise, student, minutes=seconds / 60)
            late = submission.total_seconds_late
            for notebook in submission.notebooks:
                entered = points_entered(notebook)
                score = sum(entered[name][0] or 0 for name in points if name in entered)
                penalty = term.late.penalty(score, late)
                notebook.late_submission_penalty = penalty or None
        gradebook.db.commit()


def _naive(time: datetime | None) -> datetime | None:
    """Return a time as nbgrader keeps it: in UTC, and without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None) if time else None
