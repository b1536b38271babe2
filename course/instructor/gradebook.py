"""nbgrader's view of the folder of a class, and its gradebook."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from course.instructor.class_folder import COURSE


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


def open_gradebook(folder: Path) -> Any:
    """Return nbgrader's gradebook of the class, as a context manager."""
    directory = course_directory(folder)
    # To make its file, it calls the program alembic, which lies beside Python.
    if shutil.which("alembic") is None:
        os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
    return Gradebook(directory.db_url, directory.course_id)
