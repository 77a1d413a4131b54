"""Where answers differ. Equal are: SQLSTATEs, command tags, column names, type OIDs and the bytes of every value."""

# smew has one type for a text and one for JSON; clients read PostgreSQL's siblings of them in the same way.
TEXTS = dict.fromkeys((18, 19, 25, 705, 1042, 1043), "text")
TEXT_ARRAYS = dict.fromkeys((1002, 1003, 1009, 1014, 1015), "text[]")
JSONS = dict.fromkeys((114, 3802), "json")
SAME = {**TEXTS, **TEXT_ARRAYS, **JSONS}
JSONB = 3802
JSONB_VERSION = b"\x01"


def differences(statement, expected, actual):
    """What differs between the answers in text and, if those do not, in binary: in words, nothing when nothing does."""
    for binary, (ours, theirs) in enumerate(zip(expected, actual)):
        if found := one_difference(ours, theirs, bool(binary), statement.ordered):
            return found
    return []


def one_difference(expected, actual, binary, ordered):
    if expected.sqlstate or actual.sqlstate:
        return [] if expected.sqlstate == actual.sqlstate else [f"{described(expected)} | {described(actual)}"]
    found = [f"{what}: {getattr(expected, what)} | {getattr(actual, what)}" for what in ("tag", "names")
             if getattr(expected, what) != getattr(actual, what)]
    if kinds(expected) != kinds(actual):
        found.append(f"types: {expected.types} | {actual.types}")
    if binary and found:
        return found
    ours, theirs = values(expected, binary, ordered), values(actual, binary, ordered)
    if ours != theirs:
        found.append(f"{'binary' if binary else 'text'}: {first_difference(ours, theirs)}")
    return found


def described(answer):
    return f"{answer.sqlstate} {answer.message}" if answer.sqlstate else f"{answer.tag} {answer.rows[:3]}"


def answered(answer):
    """An answer in one line, as known_differences.toml states it: SQLSTATE, or types and rows."""
    if answer.sqlstate:
        return answer.sqlstate
    rows = ["|".join("NULL" if value is None else value.decode() for value in row) for row in answer.rows]
    return " / ".join([",".join(map(str, answer.types)), *rows])


def kinds(answer):
    return [SAME.get(oid, oid) for oid in answer.types]


def values(answer, binary, ordered):
    rows = [tuple(comparable(value, oid) if binary else value for value, oid in zip(row, answer.types))
            for row in answer.rows]
    return rows if ordered else sorted(rows, key=repr)


def comparable(value, oid):
    """Binary values of types that are the same here: without jsonb's version and an array's element OID."""
    if value is None:
        return None
    if oid in TEXT_ARRAYS:
        return value[:8] + value[12:]
    return value.removeprefix(JSONB_VERSION) if oid == JSONB else value


def first_difference(expected, actual):
    if len(expected) != len(actual):
        return f"{len(expected)} rows | {len(actual)} rows"
    row = next(i for i, (ours, theirs) in enumerate(zip(expected, actual)) if ours != theirs)
    unequal = [i for i, (ours, theirs) in enumerate(zip(expected[row], actual[row])) if ours != theirs]
    return "; ".join(f"row {row} column {i + 1}: {expected[row][i]} | {actual[row][i]}" for i in unequal[:6])
