"""The faults by which learning would tell on somebody, or nag them."""

from tests.mutations.patching import Mutation, Patch

PAGES = "tests/features/test_learn_pages.py::"
ALONE = "tests/pwa/test_learning.py::"
HELD = f"{PAGES}test_no_form_holds_an_answer_or_words_of_ones_own"

OWN_WORDS_NAMED = Mutation(
    "a person's own words have a name that a form could send",
    (
        Patch(
            "pwa/features/learn/_ask.html",
            'rows="3" data-words="{{ name }}"',
            'rows="3" name="{{ name }}" data-words="{{ name }}"',
        ),
    ),
    (f"{HELD}[m1]",),
)

ANSWERS_SENT = Mutation(
    "the questions are in the form that says a module is finished",
    (
        Patch(
            "pwa/features/learn/_finish.html",
            '<input type="hidden" name="version"',
            '<input type="checkbox" name="answers"><input type="hidden" name="version"',
        ),
    ),
    (f"{HELD}[m1]",),
)

HALF_A_GATE = Mutation(
    "half of the answers are enough for the gate",
    (Patch("pwa/page/grades.js", "const FIFTHS = 4;", "const FIFTHS = 2;"),),
    (f"{ALONE}test_the_gate_wants_four_of_five_answers_that_would_work[grades1-False]",),
)

TWO_A_DAY = Mutation(
    "a second question comes on the same day",
    (Patch("pwa/page/refresher.js", "if (off || day === today) return null;", "if (off) return null;"),),
    (f"{ALONE}test_at_most_one_question_a_day_comes_and_none_is_caught_up_on[questions6-kept6-2026-12-11-None]",),
)

LEARN_FAULTS = (OWN_WORDS_NAMED, ANSWERS_SENT, HALF_A_GATE, TWO_A_DAY)
