"""CSV and TSV: each record a line with its column names, whatever the encoding and the delimiter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import chardet

from index.errors import DocumentError
from index.loaders.encoding import clean, decode
from index.loaders.extract import Extract, Source
from index.loaders.sheet_formats import flatten

DELIMITERS = ",\t;|，"
SAMPLE, SAMPLED_RECORDS = 64_000, 50
# The commas of Chinese prose part no columns unless a file has hardly any others.
LEAST_AGREEING = 0.8
LARGEST_FIELD = 10_000_000
# Windows writes its own extension of Shift JIS, which Python's shift_jis refuses.
WIDER = {"shift_jis": "cp932", "shift-jis": "cp932", "euc-kr": "cp949", "gb2312": "gb18030", "big5": "big5hkscs"}
SAID_DELIMITER = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def read_delimited(source: Source) -> Extract:
    """Read a CSV or TSV file. Rows are numbered by record, the names' being 1."""
    from index.loaders.sheets import Sheet, collect

    text = _decode(source.data)
    said = SAID_DELIMITER.match(text)
    if said:
        text = text[said.end() :]
    delimiter = said.group(1) if said else _find_delimiter(text, "\t" if source.suffix == ".tsv" else ",")
    return collect(source, [Sheet("", _records(text, delimiter))], [])


def _decode(data: bytes) -> str:
    """Decode as everywhere, and Japanese or Korean where that gives nothing."""
    try:
        return clean(decode(data))
    except DocumentError:
        guess = chardet.detect(data[:SAMPLE])["encoding"] or ""
        text = _decode_as(data, WIDER.get(guess.lower(), guess))
        # A file that is no text at all is full of controls in any encoding.
        if text is None or any(c < " " and c not in "\t\r\n" for c in text[:SAMPLE]):
            raise
        return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def _decode_as(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _find_delimiter(text: str, usual: str) -> str:
    """Return the delimiter that parts the first records into the same number of fields, the more the better."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = usual, 0.0
    for delimiter in dict.fromkeys(usual + DELIMITERS):
        widths = [len(record) for _, record in zip(range(SAMPLED_RECORDS), _parse(sample, delimiter), strict=False)]
        widths = [width for width in widths if width]
        commonest = max(set(widths), key=widths.count, default=0)
        agreeing = widths.count(commonest) / max(1, len(widths))
        if commonest < 2 or (delimiter == "，" and agreeing < LEAST_AGREEING):
            continue
        # Agreement counts more than width: a text of many commas is parted into many fields, but differently.
        score = agreeing * agreeing * min(commonest, 4) * (0.5 if delimiter == "，" else 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _parse(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST_FIELD)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    except csv.Error as error:
        raise DocumentError(f"no table of text ({error}). Open it in a spreadsheet program and save it again") from None


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for number, record in enumerate(_parse(_close_quote(text, delimiter), delimiter), 1):
        row = [field if field.isprintable() and field[:1] != " " else flatten(field) for field in record]
        if any(row):
            yield number, row


def _close_quote(text: str, delimiter: str) -> str:
    """Take a quote that is never closed for a character: else all that follows would be one field."""
    if text.count('"') % 2 == 0:
        return text
    last = text.rfind(f'{delimiter}"')
    return text if last < 0 or '"' in text[last + 2 :] else text[: last + 1] + "＂" + text[last + 2 :]
