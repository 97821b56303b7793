"""Pure rules of addresses: what a country's form asks for, in which order, what is wrong with it, how it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LIMITS = {"postal_code": 20, "region": 60, "city": 120, "district": 60, "address": 240, "address2": 120}


@dataclass(frozen=True, slots=True)
class Part:
    """One field of an address. `pattern` is a whole match; `autocomplete` is the token of HTML."""

    name: str
    autocomplete: str
    required: bool = True
    pattern: str = ""
    numeric: bool = False


# Two letters each, as the post office writes them; the last three are those of the armed forces.
US_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AS|GU|MP|PR|VI|AA|AE|AP"
)

# In the order in which people of that country write them down.
FORMS: dict[str, tuple[Part, ...]] = {
    "US": (
        Part("address", "address-line1"),
        Part("address2", "address-line2", required=False),
        Part("city", "address-level2"),
        Part("region", "address-level1", pattern=US_STATES),
        Part("postal_code", "postal-code", pattern=r"\d{5}(-\d{4})?", numeric=True),
    ),
    "KR": (
        Part("postal_code", "postal-code", pattern=r"\d{5}", numeric=True),
        Part("city", "address-level1"),
        Part("address", "address-line1"),
        Part("address2", "address-line2", required=False),
    ),
    "CN": (
        Part("region", "address-level1"),
        Part("city", "address-level2"),
        Part("district", "address-level3"),
        Part("address", "street-address"),
        Part("postal_code", "postal-code", required=False, pattern=r"\d{6}", numeric=True),
    ),
}
ANYWHERE = (
    Part("address", "address-line1"),
    Part("address2", "address-line2", required=False),
    Part("postal_code", "postal-code", required=False),
    Part("city", "address-level2"),
)


def form_of(country: str) -> tuple[Part, ...]:
    """The parts of an address in a country, in its order; a plain form where nobody described it."""
    return FORMS.get(country, ANYWHERE)


def clean_part(part: Part, country: str, text: str) -> str:
    """What was typed, without what nobody means: spaces around it, full-width digits, a state in small letters."""
    text = " ".join(text.split())
    if part.numeric:
        text = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in text)
    return text.upper() if country == "US" and part.name == "region" else text


def faults_of_address(country: str, values: Mapping[str, str]) -> dict[str, str]:
    """`missing`, `malformed` or `too long` by the name of the part; empty when a parcel can be sent there."""
    faults: dict[str, str] = {}
    for part in form_of(country):
        text = clean_part(part, country, values.get(part.name, ""))
        if not text and part.required:
            faults[part.name] = "missing"
        elif len(text) > LIMITS[part.name]:
            faults[part.name] = "too long"
        elif text and part.pattern and not re.fullmatch(part.pattern, text):
            faults[part.name] = "malformed"
    return faults


def address_lines(country: str, values: Mapping[str, str]) -> list[str]:
    """The address as it is written on a parcel there: small to large in the west, large to small in the east."""
    known = {name: values.get(name, "") for name in LIMITS}
    if country == "US":
        rows = [[known["address"]], [known["address2"]]]
        last = ", ".join(filter(None, [known["city"], f"{known['region']} {known['postal_code']}".strip()]))
        return [row[0] for row in rows if row[0]] + ([last] if last else [])
    if country == "KR":
        code = f"({known['postal_code']})" if known["postal_code"] else ""
        first = " ".join(filter(None, [code, known["city"], known["address"]]))
        return [line for line in (first, known["address2"]) if line]
    if country == "CN":
        # Beijing is its own province: it is not said twice.
        places = dict.fromkeys([known["region"], known["city"], known["district"]])
        first = "".join(places) + known["address"]
        return [line for line in (first, known["postal_code"]) if line]
    town = " ".join(filter(None, [known["postal_code"], known["city"]]))
    return [line for line in (known["address"], known["address2"], town) if line]
