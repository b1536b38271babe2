"""nbgrader's view of the folder of a class, and its gradebook."""

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from course.instructor.classes.class_folder import COURSE


def course_directory(folder: Path, **settings: str) -> CourseDirectory:
    """Return nbgrader's view of the folder of a class.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    **settings
        Such as ``assignment_id`` and ``student_id``.
    """
    return CourseDirectory(root=str(folder.resolve()), course_id=COURSE, **settings)


@contextmanager
def open_gradebook(folder: Path) -> Iterator[Gradebook]:
    """Give nbgrader's gradebook of the class, as long as the context lasts."""
    directory = course_directory(folder)
    # To make its file, it calls the program alembic, which lies beside Python.
    if shutil.which("alembic") is None:
        os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    with quietly(), Gradebook(directory.db_url, directory.course_id) as gradebook:
        yield gradebook


@contextmanager
def quietly() -> Iterator[None]:
    """Drop what SQLAlchemy warns of: how nbgrader uses it is nbgrader's affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield
