"""The messages of the whole package: `python -m newretail.doors.translations extract|compile|check`.

English is the source. `extract` brings the catalogues up to what the code says, `compile` makes the files that are
read at run time (they are not in the repository), `check` fails where a message is missing, empty, out of date or in
the wrong language.
"""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = ("ko", "zh_Hans")
FOREIGN = {"ko": re.compile("[一-鿿]"), "zh_Hans": re.compile("[가-힣]")}  # letters of another language's words
DOMAIN = "django"  # the name under which Django looks for them
METHODS = [("**/tests/**", "ignore"), ("**/jinja2/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/jinja2/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "sentence": None,
}


def catalogue_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    file = catalogue_file(language)
    if not file.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with file.open("rb") as text:
        return read_po(text, locale=language, domain=DOMAIN)


def messages_in_code() -> Catalog:
    """What the code and the templates say, as a template catalogue."""
    found = Catalog(project="newretail", domain=DOMAIN, charset="utf-8")
    for file, line, message, comments, context in extract_from_dir(PACKAGE, METHODS, OPTIONS, KEYWORDS):
        found.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return found


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with exactly the messages of the code; nothing is guessed."""
    catalogue = read(language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    return catalogue


def as_text(catalogue: Catalog) -> bytes:
    """Without line numbers and dates, so that a change of code that says nothing new changes nothing here."""
    text = BytesIO()
    write_po(text, catalogue, width=120, no_location=True, omit_header=False, sort_output=True, ignore_obsolete=True)
    lines = text.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date')))


def extract() -> int:
    template = messages_in_code()
    for language in LANGUAGES:
        file = catalogue_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_text(updated(language, template)))
    return check()


def compile() -> int:  # noqa: A001  # the command's name
    """Make the .mo file of every language; repeatable."""
    for language in LANGUAGES:
        with catalogue_file(language).with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read(language))
    return 0


def faults(language: str, template: Catalog) -> list[str]:
    """What is wrong with a language's catalogue, a line each."""
    catalogue = read(language)
    lines = []
    wanted = {(message.id, message.context) for message in template if message.id}
    there = {(message.id, message.context): message for message in catalogue if message.id}
    lines += [f"{language}: missing: {id_!r}" for id_, context in wanted if (id_, context) not in there]
    for key, message in there.items():
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if key not in wanted:
            lines.append(f"{language}: not said any more: {message.id!r}")
        elif not all(strings):
            lines.append(f"{language}: not translated: {message.id!r}")
        elif any(FOREIGN[language].search(text or "") for text in strings):
            lines.append(f"{language}: in another language: {message.id!r}")
        lines += [f"{language}: {message.id!r}: {error}" for error in message.check(catalogue)]
    return sorted(lines)


def check() -> int:
    template = messages_in_code()
    lines = [line for language in LANGUAGES for line in faults(language, template)]
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        print(f"{len(lines)} faults. Run `extract`, then translate what is empty in {LOCALE}.", file=sys.stderr)
    return 1 if lines else 0


COMMANDS = {"extract": extract, "compile": compile, "check": check}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"Usage: python -m newretail.doors.translations {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
