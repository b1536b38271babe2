"""Formgrader in a browser: what a person gives there is kept by a later run."""

import re

from playwright.sync_api import expect

from course.instructor.classes.gradebook import enter_scores, open_gradebook
from course.instructor.classes.grades import grades_of
from tests.test_formgrader import TOKEN, fetch, server  # noqa: F401
from tests.test_reporting import EXERCISE, OPEN, RELEASED, graded_class  # noqa: F401


def test_what_is_given_by_hand_stays_after_a_second_run(
    chromium,
    server,  # noqa: F811
    graded_class,  # noqa: F811
):
    with open_gradebook(graded_class) as gradebook:
        found = gradebook.find_submission_notebook(EXERCISE, EXERCISE, "anna")
        address = f"{server}/formgrader/submissions/{found.id}/"
        scores = {grade.name: grade.auto_score for grade in found.grades}
    context = chromium.new_context(
        extra_http_headers={"Authorization": f"token {TOKEN}"}
    )
    # Its page asks another machine for MathJax, which a test must not.
    context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda one: one.abort())
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    points, comment = page.locator(f"input#{OPEN}"), page.locator(f"#{OPEN}-comment")
    expect(points).to_have_value("")
    for box, text in ((points, "1.5"), (comment, "well seen")):
        with page.expect_response(lambda sent: sent.request.method == "PUT") as saved:
            box.fill(text)
            box.dispatch_event("change")
        assert saved.value.ok
    for changed in ((), (), (OPEN,)):
        enter_scores(graded_class, EXERCISE, "anna", "", scores, (), changed)
        page.goto(address)
        expect(points).to_have_value("1.5")
        expect(comment).to_have_value("well seen")
        anna = grades_of(graded_class, EXERCISE, RELEASED)[0]
        assert anna.scores[OPEN] == 1.5
        assert ("to be read again" in anna.note) == bool(changed)
    tasks = fetch(f"{server}/formgrader/api/notebooks/{EXERCISE}")
    assert '"needs_manual_grade": true' in tasks.lower()
    context.close()
