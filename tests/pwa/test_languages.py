"""Languages: plural forms without rules on the phone, two made of the English, catalogues that cannot break a page."""

from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.plurals import get_plural

from pwa.languages import ENGLISH, LONG, RIGHT_TO_LEFT, Language, LanguageError, languages, place, plural_digits
from tests.pwa.twins import Twins

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
POLISH = (
    HEAD
    + r'"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\n"'
    + '\n\nmsgid "Hello <b>%(who)s</b>"\nmsgstr "<b>%(who)s</b>, witaj"\n'
    + '\nmsgid "%(n)s pledge"\nmsgid_plural "%(n)s pledges"\n'
    + 'msgstr[0] "%(n)s obietnica"\nmsgstr[1] "%(n)s obietnice"\nmsgstr[2] "%(n)s obietnic"\n'
)
TEMPLATE = (
    "{% trans %}Hello <b>{{ who }}</b>{% endtrans %}; {% trans %}Not said yet{% endtrans %}; "
    "{% for x in numbers %}{% trans n=x %}{{ n }} pledge{% pluralize %}{{ n }} pledges{% endtrans %}, {% endfor %}"
)
CONTEXT = {"who": "<Zoë>", "numbers": [0, 1, 2, 5, 12, 22, 112, 1002, 1012]}


def polish(folder: Path, text: str = POLISH) -> Language:
    (folder / "pl.po").write_text(text, encoding="utf-8")
    return languages(["pl"], folder)["pl"]


def drawn(language: Language) -> str:
    twins = Twins()
    twins.take({"page.html": TEMPLATE}, language)
    python, javascript = twins.render("page.html", CONTEXT)
    assert python == javascript and isinstance(python, str)
    return python


@pytest.mark.parametrize("tag", ["en", "cy", "ar", "pl", "ga", "fr", "ro", "mt"])
def test_200_digits_tell_the_plural_form_of_every_number(tag: str) -> None:
    form = c2py(get_plural(tag).plural_expr)
    digits = plural_digits(form)
    assert [int(digits[place(n)]) for n in range(2000)] == [form(n) for n in range(2000)]


def test_forms_that_need_more_digits_are_refused() -> None:
    with pytest.raises(LanguageError, match="form of 1000 depends on more than its last two digits"):
        plural_digits(lambda n: int(n % 1000 == 0 and n > 0))


def test_a_catalogue_is_said_by_both_servers_with_english_for_what_it_has_not(tmp_path: Path) -> None:
    language = polish(tmp_path)
    assert (language.tag, language.dir, language.name) == ("pl", "ltr", "Polski")
    assert drawn(language) == (
        "<b>&lt;Zoë&gt;</b>, witaj; Not said yet; 0 obietnic, 1 obietnica, 2 obietnice, 5 obietnic, 12 obietnic, "
        "22 obietnice, 112 obietnic, 1002 obietnice, 1012 obietnic, "
    )


@pytest.mark.parametrize("wrong", ["<b>%(name)s</b>, witaj", "<i>%(who)s</i>", "%(who)s", "<b onclick=x>%(who)s</b>"])
def test_a_translation_with_other_tags_or_values_is_refused_with_its_text(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(LanguageError, match="has not the tags and values of 'Hello"):
        polish(tmp_path, POLISH.replace("<b>%(who)s</b>, witaj", wrong))


def test_a_translation_that_nobody_has_checked_is_not_said(tmp_path: Path) -> None:
    language = polish(tmp_path, POLISH.replace('\nmsgid "Hello', '\n#, fuzzy\nmsgid "Hello'))
    assert language.say("Hello <b>%(who)s</b>") == "Hello <b>%(who)s</b>"


def test_a_language_there_is_none_of_is_named_with_those_there_are(tmp_path: Path) -> None:
    polish(tmp_path)
    with pytest.raises(LanguageError, match=r"no language 'fr'\. There are ar-XB, en, en-XA, pl"):
        languages(["en", "fr"], tmp_path)
    assert list(languages(["EN", "ar-xb"], tmp_path)) == ["en", "ar-XB"]


def test_the_made_languages_leave_tags_entities_and_values_alone() -> None:
    text = 'Keep <a href="/storage">%(n)s things</a> &amp; {time}, 100%%'
    assert ENGLISH.say(text) == text
    assert LONG.say(text) == '[Ķééééþ <a href="/storage">%(n)s thîîñĝš</a> &amp; {time}, 100%%]'
    assert RIGHT_TO_LEFT.say(text).count("\u202e") == RIGHT_TO_LEFT.say(text).count("\u202c") == 3
    assert RIGHT_TO_LEFT.say(text).replace("\u202e", "").replace("\u202c", "") == text


@pytest.mark.parametrize("language", [LONG, RIGHT_TO_LEFT], ids=lambda language: language.tag)
def test_the_made_languages_are_said_by_both_servers(language: Language) -> None:
    assert drawn(language).count(language.say("Not said yet")) == 1
