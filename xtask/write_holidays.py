"""Writes crates/core/data/holidays.txt: public holidays and retail events per country.

Run it once when the range of years or the list of countries should change:

    python3 -m venv .venv && .venv/bin/pip install holidays==0.108
    .venv/bin/python xtask/write_holidays.py crates/core/data/holidays.txt

Public holidays come from the `holidays` package (see crates/core/data/README.md); retail events
follow the rules below. Nothing in the build or the tests needs Python: the file is committed.
"""

import re
import sys
from collections import defaultdict
from datetime import date, timedelta
from importlib.metadata import version

import holidays
from dateutil.easter import easter

FIRST, LAST = 2010, 2035
YEARS = range(FIRST, LAST + 1)

COUNTRIES = {
    "AE": "United Arab Emirates", "AR": "Argentina", "AT": "Austria", "AU": "Australia",
    "BE": "Belgium", "BR": "Brazil", "CA": "Canada", "CH": "Switzerland", "CL": "Chile",
    "CN": "China", "CO": "Colombia", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark",
    "EG": "Egypt", "ES": "Spain", "FI": "Finland", "FR": "France", "GB": "United Kingdom",
    "GR": "Greece", "HK": "Hong Kong", "HU": "Hungary", "ID": "Indonesia", "IE": "Ireland",
    "IL": "Israel", "IN": "India", "IT": "Italy", "JP": "Japan", "KE": "Kenya",
    "KR": "South Korea", "LU": "Luxembourg", "MX": "Mexico", "MY": "Malaysia", "NG": "Nigeria",
    "NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PE": "Peru",
    "PH": "Philippines", "PL": "Poland", "PT": "Portugal", "RO": "Romania",
    "SA": "Saudi Arabia", "SE": "Sweden", "SG": "Singapore", "SK": "Slovakia",
    "TH": "Thailand", "TR": "Turkey", "TW": "Taiwan", "US": "United States",
    "VN": "Vietnam", "ZA": "South Africa",
}

# Where few days are nationwide by law, the most populous region stands for the country.
REGION = {"AU": "NSW", "CA": "ON", "CH": "ZH", "GB": "ENG"}

CHINESE_SHOPPING = {"CN", "HK", "ID", "KR", "MY", "PH", "SG", "TH", "TW", "VN"}
RAMADAN = {"AE", "EG", "ID", "MY", "SA", "TR"}
NO_BLACK_FRIDAY = {"CN"}
NO_VALENTINE = {"SA"}
# Thailand's is a public holiday already.
NO_MOTHERS_DAY = {"IL", "TH", "VN"}


def nth(year, month, weekday, n):
    """The n-th given weekday (Monday is 0) of a month; n = -1 is the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % 7)


def mothers_day(country, year):
    fixed = {"AE": (3, 21), "EG": (3, 21), "SA": (3, 21), "ID": (12, 22), "KR": (5, 8),
             "MX": (5, 10), "PL": (5, 26)}
    if country in fixed:
        return date(year, *fixed[country])
    if country in {"GB", "IE", "NG"}:
        return easter(year) - timedelta(21)
    if country in {"ES", "HU", "PT", "RO"}:
        return nth(year, 5, 6, 1)
    if country == "FR":
        day = nth(year, 5, 6, -1)
        return nth(year, 6, 6, 1) if day == easter(year) + timedelta(49) else day
    if country == "SE":
        return nth(year, 5, 6, -1)
    if country == "NO":
        return nth(year, 2, 6, 2)
    if country == "AR":
        return nth(year, 10, 6, 3)
    if country == "LU":
        return nth(year, 6, 6, 2)
    return nth(year, 5, 6, 2)


def retail(country, year):
    black_friday = nth(year, 11, 3, 4) + timedelta(1)
    if country not in NO_BLACK_FRIDAY:
        yield "Black Friday", black_friday
        yield "Cyber Monday", black_friday + timedelta(3)
    if country in CHINESE_SHOPPING:
        yield "Singles' Day", date(year, 11, 11)
    if country not in NO_VALENTINE:
        yield "Valentine's Day", date(year, 2, 14)
    if country not in NO_MOTHERS_DAY:
        yield "Mother's Day", mothers_day(country, year)


def ramadan(year):
    """First days of Ramadan that fall in a year, with whether they are computed ahead."""
    calendar = holidays.calendars.islamic._IslamicLunar()
    for day, estimated in calendar.ramadan_beginning_dates(year):
        if day.year == year:
            yield day, estimated


def public(country):
    """(kind, name, date, estimated) of every public holiday."""
    language = {}
    if "en_US" in holidays.country_holidays(country).supported_languages:
        language = {"language": "en_US"}
    found = holidays.country_holidays(
        country, subdiv=REGION.get(country), years=YEARS, **language
    )
    for day in found:
        for name in found.get_list(day):
            label = re.search(r" \(([^)]*(?:observed|estimated|in lieu)[^)]*)\)$", name)
            note = label.group(1) if label else ""
            name = name[: label.start()] if label else name
            kind = "observed" if "observed" in note or "in lieu" in note else "public"
            if re.match(r"(Day off|Substitute|Alternative).*", name):
                kind, name = "observed", "Substitute Holiday"
            yield kind, name.strip(), day, "estimated" in note


def tokens(days):
    """Dates as text: `2010..2035-12-25` for the same day in consecutive years, `~` if estimated."""
    runs = []
    for day, estimated in sorted(days, key=lambda d: (d[0].month, d[0].day, d[0].year, d[1])):
        key = (day.month, day.day, estimated)
        if runs and runs[-1][0] == key and runs[-1][2] + 1 == day.year:
            runs[-1][2] = day.year
        else:
            runs.append([key, day.year, day.year])
    runs.sort(key=lambda run: (run[1], run[0]))
    for (month, day, estimated), first, last in runs:
        years = str(first) if first == last else f"{first}..{last}"
        yield f"{years}-{month:02}-{day:02}{'~' if estimated else ''}"


def main(path):
    lines = [
        "# Public holidays and retail events. Written by xtask/write_holidays.py; do not edit.",
        f"# Source: Python package holidays {version('holidays')} (MIT, Vacanza Team), facts only.",
        "# Lines: C|country|name and H|country|kind|name|dates. Dates: YYYY-MM-DD, or",
        "# YYYY..YYYY-MM-DD for the same day in consecutive years; a trailing ~ means that the",
        "# date was computed ahead of an announcement and may move by a day.",
        f"R|{FIRST}|{LAST}",
    ]
    for country, title in sorted(COUNTRIES.items()):
        lines.append(f"C|{country}|{title}")
        days = defaultdict(set)
        for kind, name, day, estimated in public(country):
            days[kind, name].add((day, estimated))
        for year in YEARS:
            for name, day in retail(country, year):
                if all((day, False) not in days[kind, name] for kind in ("public", "observed")):
                    days["retail", name].add((day, False))
            if country in RAMADAN:
                days["retail", "Ramadan begins"].update(ramadan(year))
        for (kind, name), dates in sorted(days.items()):
            if dates:
                assert "|" not in name, name
                lines.append(f"H|{country}|{kind}|{name}|{' '.join(tokens(dates))}")
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
