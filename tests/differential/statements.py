"""Statements as data: files of SQL in which each statement ends with a semicolon at the end of a line.

A line that begins with -- before a statement is a comment, except `--$ value`: the next parameter of the statement, sent as
text without a type, NULL for NULL.
"""

import dataclasses
import pathlib
import re

READS = re.compile(r"\s*(\(|SELECT\b|WITH\b|VALUES\b|TABLE\b|EXECUTE\b|SHOW\b)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Statement:
    topic: str
    line: int
    sql: str
    parameters: tuple = ()

    @property
    def reads(self):
        """Whether it is asked once for text and once for binary values: what changes something runs once."""
        return READS.match(self.sql) is not None

    @property
    def ordered(self):
        return "order by" in self.sql.lower()

    def __str__(self):
        return f"{self.topic}:{self.line}: {self.sql}"


def read(path):
    """The statements of a file, in order."""
    statements, lines, parameters, start = [], [], [], 0
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if not lines and line.startswith("--$"):
            parameters.append(None if line[3:].strip() == "NULL" else line[3:].strip())
        elif not lines and (line.startswith("--") or not line.strip()):
            continue
        else:
            start = start if lines else number
            lines.append(line)
            if line.rstrip().endswith(";"):
                statements.append(Statement(pathlib.Path(path).stem, start, "\n".join(lines).rstrip(), tuple(parameters)))
                lines, parameters = [], []
    assert not lines, f"{path}:{start}: a statement without its semicolon"
    return statements
